import { expect, it } from 'vitest';
import { shareThreads } from './threads.ts';

it('gives every thread a shard, and what is beyond four shards to the operations', () => {
  const shares = [1, 2, 4, 6, 16].map((threads) => shareThreads(threads));
  expect(shares.map(({ shards }) => shards)).toEqual([1, 2, 4, 4, 4]);
  expect(shares.map(({ engine }) => engine.intraOpThreads)).toEqual([1, 1, 1, 2, 4]);
  expect(shares.map(({ engine }) => engine.interOpThreads)).toEqual([1, 2, 4, 4, 4]);
  expect(shareThreads(0, 2)).toEqual(shareThreads(2));
});
