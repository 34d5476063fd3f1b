/** A stream of reproducible numbers in [0, 1), and the few draws the data makers need. */
export interface Random {
  next(): number;
  /** An integer in [0, n). */
  below(n: number): number;
  pick<T>(items: readonly T[]): T;
  /** A shuffled copy. */
  shuffle<T>(items: readonly T[]): T[];
}

/**
 * Seeds from any parts (`seedRandom(17, 'captions', key)`), so that every sample has its own stream and adding one
 * sample does not change the others. FNV-1a into mulberry32: quality enough for choosing templates.
 */
export function seedRandom(...parts: (string | number)[]): Random {
  let state = 0x811c9dc5;
  for (const char of parts.join('\u0000')) {
    state = Math.imul(state ^ char.codePointAt(0)!, 0x01000193) >>> 0;
  }
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number) => Math.floor(next() * n);
  return {
    next,
    below,
    pick: <T>(items: readonly T[]) => items[below(items.length)] as T,
    shuffle: <T>(items: readonly T[]) => {
      const copy = [...items];
      for (let i = copy.length - 1; i > 0; i--) {
        const j = below(i + 1);
        [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
      }
      return copy;
    },
  };
}
