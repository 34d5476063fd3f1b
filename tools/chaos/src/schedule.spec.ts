import { expect, it } from 'vitest';
import { KINDS, schedule } from './schedule.ts';

const plan = (seed: number) => schedule({ seed, everyS: 60, kinds: KINDS, world: 2 });

it('has every kind once, one in every period, in its first half', () => {
  const faults = plan(1);
  expect(faults.map(({ kind }) => kind).sort()).toEqual([...KINDS].sort());
  faults.forEach(({ atS }, i) => {
    expect(atS).toBeGreaterThanOrEqual(60 * i);
    expect(atS).toBeLessThan(60 * i + 30);
  });
});

it('is decided by the seed: order, moments and victims', () => {
  expect(plan(7)).toEqual(plan(7));
  expect(plan(7).map(({ kind }) => kind)).not.toEqual(plan(8).map(({ kind }) => kind));
  const ranks = Array.from({ length: 20 }, (_, seed) => plan(seed).map(({ rank }) => rank)).flat();
  expect(new Set(ranks)).toEqual(new Set([0, 1]));
});
