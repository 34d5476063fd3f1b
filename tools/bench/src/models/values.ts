/**
 * Deterministic numbers in (-1, 1) that Python makes bit for bit the same (python/values.py): a 32-bit linear congruential
 * generator (Numerical Recipes' constants), whose upper 24 bits become a float32.
 */
export function values(count: number, seed: number, scale = 1): Float32Array {
  const out = new Float32Array(count);
  let state = seed >>> 0;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    out[i] = ((state >>> 8) / 2 ** 23 - 1) * scale;
  }
  return out;
}

/** Integers in [0, limit) from the same generator. */
export function integers(count: number, seed: number, limit: number): Int32Array {
  return Int32Array.from(values(count, seed), (value) => Math.floor(((value + 1) / 2) * limit));
}
