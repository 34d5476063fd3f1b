/*
 * Every different shape of a batch is traced and compiled once. Sizes that the data decides are rounded up to a ladder with
 * `STEPS` rungs per octave: few shapes, and at most an eighth of a size is padding.
 */

const STEPS = 8;

/** The next rung of the ladder 1, 2, ... 16, 18, 20, ... 32, 36, ... that holds `size` (a whole number). */
export function rung(size: number): number {
  if (size <= STEPS) return Math.max(1, size);
  const step = 2 ** Math.floor(Math.log2((size - 1) / STEPS));
  return Math.ceil(size / step) * step;
}

/** The next power of two, at least 64: for labelled positions, which cost little. */
export function powerOfTwo(size: number): number {
  return Math.max(64, 2 ** Math.ceil(Math.log2(Math.max(1, size))));
}
