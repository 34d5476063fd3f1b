import { expect, test } from 'vitest';
import { integers, values } from './values.ts';

test('the generator is that of Numerical Recipes', () => {
  // state 1 -> 1664525 + 1013904223 = 1015568748; its upper 24 bits are 3967065
  expect(values(1, 1)[0]).toBe(Math.fround(3967065 / 2 ** 23 - 1));
});

test('values fill the range and depend on the seed', () => {
  const many = values(10_000, 3, 0.5);
  expect(Math.min(...many)).toBeLessThan(-0.49);
  expect(Math.max(...many)).toBeGreaterThan(0.49);
  expect(Math.max(...many.map(Math.abs))).toBeLessThanOrEqual(0.5);
  expect(values(4, 3)).not.toEqual(values(4, 4));
});

test('integers are ids', () => {
  const ids = integers(10_000, 9, 7);
  expect([...new Set(ids)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
});
