import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Liveness } from './liveness.ts';

const LIMIT = 8_000; // a tick is a second

describe('a silent peer', () => {
  let peer: { heard: number };
  let asked: number;
  let lost: { afterMs: number; at: number } | undefined;
  let liveness: Liveness;
  let began: number;

  beforeEach(() => {
    vi.useFakeTimers();
    [peer, asked, lost, began] = [{ heard: 0 }, 0, undefined, Date.now()];
    liveness = new Liveness(LIMIT, [undefined, peer], {
      ask: () => (asked += 1),
      silent: (rank, afterMs) => {
        expect(rank).toBe(1);
        lost ??= { afterMs, at: Date.now() - began };
      },
    });
    liveness.start();
  });
  afterEach(() => {
    liveness.stop();
    vi.useRealTimers();
  });

  /** Something arrives in the middle of every `every`-th second. */
  function talks(seconds: number, every = 1): void {
    vi.advanceTimersByTime(500);
    for (let i = 0; i < seconds; i++) {
      if (i % every === 0) peer.heard += 1;
      vi.advanceTimersByTime(1_000);
    }
    vi.advanceTimersByTime(500);
  }

  it('is asked after a second, and lost after the limit when the group has just begun', () => {
    talks(3);
    expect([asked, lost]).toEqual([1, undefined]);
    vi.advanceTimersByTime(LIMIT - 2_000);
    expect(lost).toBeUndefined();
    vi.advanceTimersByTime(1_000);
    expect(lost?.afterMs).toBe(LIMIT);
  });

  it('is lost after half of the limit when it was always prompt', () => {
    talks(31, 3);
    vi.advanceTimersByTime(LIMIT / 2);
    expect(lost?.afterMs).toBe(LIMIT / 2);
  });

  it('gets the whole limit when it has kept others waiting before', () => {
    talks(31, 5);
    vi.advanceTimersByTime(LIMIT / 2);
    expect(lost).toBeUndefined();
    vi.advanceTimersByTime(LIMIT / 2);
    expect(lost?.afterMs).toBe(LIMIT);
  });

  it('is not lost for the time in which nobody watched', () => {
    talks(30);
    vi.setSystemTime(Date.now() + 60_000); // this process was stopped
    vi.advanceTimersByTime(1_000);
    expect(lost).toBeUndefined();
  });
});
