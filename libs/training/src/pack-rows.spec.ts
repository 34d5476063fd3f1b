import { describe, expect, it } from 'vitest';
import { powerOfTwo, rung } from './few-shapes.ts';
import { dealRows, packRows } from './pack-rows.ts';

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
    expect(packRows([4, 8, 1, 4, 2, 1], 10)).toEqual([[1, 4], [0, 3, 2, 5]]); // prettier-ignore
  });

  it('holds every sample once, overfills no row and stays below its bound', () => {
    for (const count of [1, 7, 64, 500]) {
      const all = lengths(count, 100);
      const rows = packRows(all, 100);
      expect(rows.flat().sort((a, b) => a - b)).toEqual(all.map((_, i) => i));
      const fill = rows.map((row) => row.reduce((sum, i) => sum + all[i]!, 0));
      expect(Math.max(...fill)).toBeLessThanOrEqual(100);
      const least = Math.ceil(all.reduce((a, b) => a + b) / 100);
      expect(rows.length).toBeLessThanOrEqual(Math.floor((11 / 9) * least + 2 / 3) + 1);
    }
  });

  it('keeps the order of equal lengths', () => {
    expect(packRows([3, 3, 3, 3], 6)).toEqual([[0, 1], [2, 3]]); // prettier-ignore
  });
});

it('dealRows balances the parts and fills none beyond its rows', () => {
  const rows = [[0, 1, 2], [3], [4, 5], [6]]; // prettier-ignore
  const parts = dealRows(rows, 2, 2, (row) => row.length);
  expect(parts).toEqual([[[0, 1, 2], [6]], [[4, 5], [3]]]); // prettier-ignore
  expect(dealRows([], 2, 1, () => 0)).toEqual([[], []]);
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
