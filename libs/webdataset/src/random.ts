/** Deterministic choices that depend on named numbers only, so that nothing random has to be saved with a cursor. */

/** A number in [0, 2^32) from a label and integers: FNV-1a, finished as in MurmurHash3 so that near inputs differ fully. */
export function hash(label: string, ...values: number[]): number {
  let h = 0x811c9dc5;
  const bytes = new TextEncoder().encode([label, ...values].join('/'));
  for (const byte of bytes) h = Math.imul(h ^ byte, 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A generator of integers in [0, 2^32): splitmix32 (a Weyl sequence through the same finisher). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}

/** A shuffled copy (Fisher-Yates). */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const result = items.slice();
  const next = generator(seed);
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor((next() / 2 ** 32) * (i + 1));
    const a = result[i] as T;
    result[i] = result[j] as T;
    result[j] = a;
  }
  return result;
}
