import { describe, expect, it } from 'vitest';
import { powerOfTwo, rung } from './few-shapes.ts';
import { cheapestCut, dealRows, packRows } from './pack-rows.ts';

const pack = (all: number[], capacity: number) => packRows(all, () => capacity).map(({ samples }) => samples);

/** Lengths like those of instruction data, from a fixed linear congruential generator. */
function lengths(count: number, most: number): number[] {
  let state = 12345;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 1 + Math.floor((state / 2 ** 32) ** 2 * most);
  });
}

describe('packRows', () => {
  it('puts the longest first into the first row with room', () => {
    expect(pack([4, 8, 1, 4, 2, 1], 10)).toEqual([[1, 4], [0, 3, 2, 5]]); // prettier-ignore
  });

  it('holds every sample once, overfills no row and stays below its bound', () => {
    for (const count of [1, 7, 64, 500]) {
      const all = lengths(count, 100);
      const rows = pack(all, 100);
      expect(rows.flat().sort((a, b) => a - b)).toEqual(all.map((_, i) => i));
      const fill = rows.map((row) => row.reduce((sum, i) => sum + all[i]!, 0));
      expect(Math.max(...fill)).toBeLessThanOrEqual(100);
      const least = Math.ceil(all.reduce((a, b) => a + b) / 100);
      expect(rows.length).toBeLessThanOrEqual(Math.floor((11 / 9) * least + 2 / 3) + 1);
    }
  });

  it('opens rows as long as the sample asks for, the longest first', () => {
    const rows = packRows([30, 5, 100, 60, 20], (length) => (length > 64 ? 128 : 64));
    expect(rows).toEqual([
      { samples: [2, 4, 1], capacity: 128 },
      { samples: [3], capacity: 64 },
      { samples: [0], capacity: 64 },
    ]);
  });

  it('keeps the order of equal lengths', () => {
    expect(pack([3, 3, 3, 3], 6)).toEqual([[0, 1], [2, 3]]); // prettier-ignore
  });
});

it('dealRows balances the parts and fills none beyond its rows', () => {
  const rows = [[0, 1, 2], [3], [4, 5], [6]]; // prettier-ignore
  const parts = dealRows(rows, 2, 2, (row) => row.length);
  expect(parts).toEqual([[[0, 1, 2], [6]], [[4, 5], [3]]]); // prettier-ignore
  expect(dealRows([], 2, 1, () => 0)).toEqual([[], []]);
});

describe('cheapestCut', () => {
  const sizes = [9, 8, 3, 3, 2, 1];
  /** Every piece is padded to its first element. */
  const padded = (from: number, to: number) => (to - from) * sizes[from]!;

  it('finds the least sum of costs', () => {
    expect(cheapestCut(6, 1, padded)).toEqual({ ends: [6], cost: 54 });
    expect(cheapestCut(6, 2, padded)).toEqual({ ends: [2, 6], cost: 30 });
    expect(cheapestCut(6, 3, padded)).toEqual({ ends: [2, 4, 6], cost: 28 });
  });

  it('keeps to what is allowed, or says that nothing is', () => {
    const few = (from: number, to: number) => (to - from > 3 ? Infinity : padded(from, to));
    expect(cheapestCut(6, 2, few)).toEqual({ ends: [3, 6], cost: 36 });
    expect(cheapestCut(6, 1, few)).toBeUndefined();
    expect(cheapestCut(2, 3, padded)).toBeUndefined();
  });
});

describe('the ladder of sizes', () => {
  it('holds every size with at most an eighth of padding, in eight steps per octave', () => {
    const rungs = new Set<number>();
    for (let size = 1; size <= 1024; size++) {
      const found = rung(size);
      expect(found).toBeGreaterThanOrEqual(size);
      expect(found).toBeLessThan(size * 1.125);
      expect(rung(found)).toBe(found);
      rungs.add(found);
    }
    expect(rungs.size).toBe(16 + 6 * 8);
  });

  it('powers of two from 64', () => {
    expect([0, 1, 64, 65, 200].map(powerOfTwo)).toEqual([64, 64, 64, 128, 256]);
  });
});
