import { expect, it } from 'vitest';
import { Stragglers } from './stragglers.ts';

const name = (rank: number) => `trainer-${rank}`;

function train(stragglers: Stragglers, from: number, to: number, times: number[]): string[] {
  const said: string[] = [];
  for (let step = from; step <= to; step++) {
    times.forEach((ms, rank) => {
      const words = stragglers.add(rank, step, ms, name);
      if (words !== undefined) said.push(words);
    });
  }
  return said;
}

it('scores every trainer beside the median of its gang and counts what the others waited for it', () => {
  const stragglers = new Stragglers(3);
  const said = train(stragglers, 1, 20, [100, 110, 250]);
  expect([0, 1, 2].map((rank) => Number(stragglers.score(rank).toFixed(2)))).toEqual([0.91, 1, 2.27]);
  expect(stragglers.causedMs(2)).toBe(17 * 140);
  expect(stragglers.causedMs(0)).toBe(0);
  expect(said).toEqual([
    'trainer-2 is slow: a step takes it 2.3 times as long as the median of its gang; the others have waited 1.0 s for it',
  ]);
});

it('says once that a trainer is slow, and when it no longer is', () => {
  const stragglers = new Stragglers(2);
  expect(train(stragglers, 1, 30, [100, 300])).toHaveLength(1);
  expect(train(stragglers, 31, 100, [100, 100])).toEqual(['trainer-1 is as fast as the others again']);
});

it('takes no notice of the first steps, in which one compiles, nor of single long ones', () => {
  const stragglers = new Stragglers(2);
  expect(train(stragglers, 1, 3, [500, 4000])).toEqual([]);
  expect(train(stragglers, 4, 40, [100, 100])).toEqual([]);
  expect(train(stragglers, 41, 41, [100, 5000])).toEqual([]);
  expect(train(stragglers, 42, 80, [100, 100])).toEqual([]);
  expect(stragglers.score(1)).toBeCloseTo(1, 1);
  // As slow as that again and again is slow.
  expect(train(stragglers, 81, 83, [100, 500])).toHaveLength(1);
});

it('has nothing to say of a trainer that works alone', () => {
  const stragglers = new Stragglers(1);
  expect(train(stragglers, 1, 30, [100])).toEqual([]);
  expect(stragglers.score(0)).toBe(0);
});
