import { describe, expect, it } from 'vitest';
import { prefetch } from './prefetch.ts';

const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

/** Counts up to `end` and notes what was asked of it. */
function counter(end: number, failAt = Infinity) {
  const log = { made: 0, closed: 0, inFlight: 0, mostInFlight: 0 };
  const source: AsyncIterator<number> = {
    async next() {
      log.mostInFlight = Math.max(log.mostInFlight, ++log.inFlight);
      await Promise.resolve();
      log.inFlight--;
      if (log.made >= end) return { done: true, value: undefined };
      if (log.made >= failAt) throw new Error(`no ${log.made}`);
      return { done: false, value: log.made++ };
    },
    async return() {
      log.closed++;
      return { done: true, value: undefined };
    },
  };
  return { source, log };
}

describe('prefetch', () => {
  it.each([0, 1, 3])('gives the source in order, %i ahead', async (depth) => {
    const { source, log } = counter(5);
    const ahead = prefetch(source, depth, () => undefined);
    const values = [];
    for (let next = await ahead.next(); !next.done; next = await ahead.next()) {
      values.push(next.value);
      await settle();
      expect(log.made).toBe(Math.min(5, values.length + depth));
    }
    expect(values).toEqual([0, 1, 2, 3, 4]);
    expect(log.mostInFlight).toBe(1);
  });

  it('throws the error after the values before it', async () => {
    const { source } = counter(5, 2);
    const ahead = prefetch(source, 2, () => undefined);
    expect((await ahead.next()).value).toBe(0);
    await settle();
    expect((await ahead.next()).value).toBe(1);
    await expect(ahead.next()).rejects.toThrow('no 2');
  });

  it('discards what it read ahead and closes the source', async () => {
    const { source, log } = counter(10);
    const discarded: number[] = [];
    const ahead = prefetch(source, 2, (value) => discarded.push(value));
    await ahead.next();
    await settle();
    await ahead.return!();
    expect(discarded).toEqual([1, 2]);
    expect(log.closed).toBe(1);
  });
});
