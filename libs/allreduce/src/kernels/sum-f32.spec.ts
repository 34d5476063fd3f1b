import { expect, it } from 'vitest';
import { contribution } from '../../test/groups.ts';
import { sumPlain, sumRange } from './sum-f32.ts';

const bits = (a: Float32Array) => Buffer.from(a.buffer, a.byteOffset, a.byteLength);

it('gives the bits of plain additions in order, for any range and number of parts', () => {
  for (const [length, begin, end] of [
    [70, 0, 70],
    [20_000, 3, 19_999],
    [8_192, 0, 8_192],
    [8_193, 0, 8_193],
    [8_300, 1, 65],
    [300, 5, 5],
  ] as const) {
    for (const world of [2, 3, 5]) {
      const parts = Array.from({ length: world }, (_, rank) => contribution(rank, length, 9));
      (parts[1] as Float32Array).set([Infinity, -0, 1e-45, NaN].slice(0, Math.min(4, end - begin)), begin);
      const expected = new Float32Array(length).fill(7);
      const actual = expected.slice();
      sumPlain(expected, parts, begin, end);
      sumRange(actual, parts, begin, end);
      expect(bits(actual).equals(bits(expected)), `${begin}..${end} of ${world}`).toBe(true);
      // In place, as the owner of a segment does it, at each position of its own part.
      for (const own of parts) {
        const kept = own.slice();
        sumRange(own, parts, begin, end);
        expect(bits(own.subarray(begin, end)).equals(bits(expected.subarray(begin, end)))).toBe(true);
        expect(bits(own.subarray(end)).equals(bits(kept.subarray(end)))).toBe(true);
        own.set(kept);
      }
    }
  }
});

it('keeps the order: (1e8 + 1) - 1e8 is 0 in single precision, (1e8 - 1e8) + 1 is 1', () => {
  const [big, one, minus] = [1e8, 1, -1e8].map((x) => new Float32Array(100).fill(x)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const target = new Float32Array(100);
  sumRange(target, [big, one, minus], 0, 100);
  expect(target.every((x) => x === 0)).toBe(true);
  sumRange(target, [big, minus, one], 0, 100);
  expect(target.every((x) => x === 1)).toBe(true);
});
