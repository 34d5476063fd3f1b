import { expect, test } from 'vitest';
import { median, quantile, spread } from './statistics.ts';

test('the median of an odd and an even number of samples, in any order', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
});

test('samples keep their order', () => {
  const samples = [3, 1, 2];
  median(samples);
  expect(samples).toEqual([3, 1, 2]);
});

test('quantiles lie between the order statistics', () => {
  expect(quantile([10, 20, 30, 40], 0.25)).toBeCloseTo(17.5);
  expect(quantile([10], 0.9)).toBe(10);
});

test('the spread is relative to the median and blind to one outlier', () => {
  expect(spread([90, 100, 110])).toBeCloseTo(0.1);
  expect(spread([100, 100, 100, 100, 10_000])).toBe(0);
});
