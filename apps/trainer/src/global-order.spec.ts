import { expect, it } from 'vitest';
import { globalOrder } from './global-order.ts';

it.each([1, 2, 4])('numbers every sample of the global batch once, by lane: %i trainers', (world) => {
  const shared = { world, lanes: 4, batchSize: 24, accumulation: 2 };
  const ranks = Array.from({ length: world }, (_, rank) => globalOrder({ ...shared, rank }));
  expect(ranks.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 24 }, (_, i) => i));
  // Lane 3 of the second micro-batch: the last samples, wherever they are read.
  expect(ranks[3 % world]!.slice(-3)).toEqual([21, 22, 23]);
});
