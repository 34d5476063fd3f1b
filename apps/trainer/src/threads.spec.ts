import { expect, it } from 'vitest';
import { shareThreads } from './threads.ts';

it('runs two to four operations side by side and shares the threads out between two', () => {
  const shares = [1, 2, 4, 6, 16].map((threads) => shareThreads(threads));
  expect(shares.map(({ lanes }) => lanes)).toEqual([1, 2, 4, 4, 4]);
  expect(shares.map(({ engine }) => engine.intraOpThreads)).toEqual([1, 1, 2, 3, 8]);
  expect(shares.map(({ engine }) => engine.interOpThreads)).toEqual([1, 2, 4, 4, 4]);
  expect(shareThreads(0, 2)).toEqual(shareThreads(2));
});
