import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { StallWatch, type PeerState } from './stall-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Peers answer with their state, or not at all. */
function watchOf(states: Record<number, PeerState | undefined>) {
  const progress: Record<number, number> = {};
  const stalled: number[] = [];
  const watch: StallWatch = new StallWatch(800, {
    awaited: () => Object.keys(states).map(Number),
    progress: (rank) => progress[rank] ?? 0,
    ask: (rank) => {
      const state = states[rank];
      if (state) watch.answered(rank, state);
    },
    stalled: (rank) => {
      stalled.push(rank);
      watch.stop();
    },
  });
  watch.start();
  return { watch, progress, stalled };
}

const waiting: PeerState = { idle: false, waitingFor: [1] };

it('blames the silent peer, not one with a lower rank that waits for it', () => {
  const { stalled } = watchOf({ 0: waiting, 1: undefined });
  vi.advanceTimersByTime(799);
  expect(stalled).toEqual([]);
  vi.advanceTimersByTime(202);
  expect(stalled).toEqual([1]);
});

it('blames a peer that lives but has not come to the collective', () => {
  const { stalled } = watchOf({ 0: waiting, 2: { idle: true, waitingFor: [] } });
  vi.advanceTimersByTime(1_000);
  expect(stalled).toEqual([2]);
});

it('waits twice as long when everybody says it waits for somebody else', () => {
  const { stalled } = watchOf({ 0: waiting });
  vi.advanceTimersByTime(1_600);
  expect(stalled).toEqual([]);
  vi.advanceTimersByTime(200);
  expect(stalled).toEqual([0]);
});

it('blames nobody while there is progress, or after one long pause of this process', () => {
  const { progress, stalled, watch } = watchOf({ 0: undefined });
  for (let i = 0; i < 10; i += 1) {
    progress[0] = i;
    vi.advanceTimersByTime(600);
  }
  expect(stalled).toEqual([]);
  watch.stop();
  expect(vi.getTimerCount()).toBe(0);
});
