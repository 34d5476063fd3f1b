import { lowerMedian } from '../lower-median.ts';

/** How much a new step counts in the moving mean. */
const weight = 0.1;
/** First steps of a trainer that say nothing of it: code is compiled, unless it was prepared. */
const warmUp = 3;
/** Further steps before it is called slow. */
const steps = 7;
/** A single step counts as so many usual ones at most: one pause, a shape that is new, make nobody slow. */
const most = 4;
const slow = 1.5;
const fineAgain = 1.2;

interface Rank {
  /** Own time of a step (computing, waiting for data), moving mean in ms. */
  ownMs: number;
  /** That were counted. */
  steps: number;
  /** That were seen. */
  seen: number;
  /** What the others waited for it, in ms. */
  causedMs: number;
  called: boolean;
}

/** Who keeps the gang waiting: every trainer's own time of a step beside the median of the gang. */
export class Stragglers {
  readonly #ranks: Rank[];
  /** Own times of the step that is being reported, by rank. */
  readonly #step = new Map<number, Map<number, number>>();

  constructor(world: number) {
    this.#ranks = Array.from({ length: world }, () => ({
      ownMs: 0,
      steps: 0,
      seen: 0,
      causedMs: 0,
      called: false,
    }));
  }

  /** @returns a sentence about a trainer that has become slow, or is as fast as the others again */
  add(rank: number, step: number, ownMs: number, name: (rank: number) => string): string | undefined {
    const one = this.#ranks[rank];
    if (one === undefined || this.#ranks.length < 2) return undefined;
    if (++one.seen <= warmUp) return undefined;
    const counted = one.steps === 0 ? ownMs : Math.min(ownMs, most * one.ownMs);
    one.ownMs = one.steps === 0 ? counted : one.ownMs + weight * (counted - one.ownMs);
    one.steps++;
    this.#wait(rank, step, ownMs);
    const score = this.score(rank);
    if (one.steps < steps) return undefined;
    if (!one.called && score > slow) {
      one.called = true;
      return `${name(rank)} is slow: a step takes it ${score.toFixed(1)} times as long as the median of its gang; the others have waited ${(one.causedMs / 1000).toFixed(1)} s for it`;
    }
    if (one.called && score < fineAgain) {
      one.called = false;
      return `${name(rank)} is as fast as the others again`;
    }
    return undefined;
  }

  /** 1: as fast as the median of its gang; 0: nothing is known, or it trains alone. */
  score(rank: number): number {
    const known = this.#ranks.filter((one) => one.steps > 0);
    const own = this.#ranks[rank]?.ownMs ?? 0;
    if (known.length < 2 || own === 0) return 0;
    return own / Math.max(1e-3, lowerMedian(known.map((one) => one.ownMs)));
  }

  causedMs(rank: number): number {
    return this.#ranks[rank]?.causedMs ?? 0;
  }

  #wait(rank: number, step: number, ownMs: number): void {
    const times = this.#step.get(step) ?? new Map<number, number>();
    this.#step.set(step, times.set(rank, ownMs));
    if (times.size < this.#ranks.length) return;
    const [slowest = 0, longest = 0] = [...times].sort((a, b) => b[1] - a[1])[0] ?? [];
    const caused = longest - lowerMedian([...times.values()]);
    const one = this.#ranks[slowest];
    if (one !== undefined) one.causedMs += caused;
    for (const old of this.#step.keys()) if (old <= step) this.#step.delete(old);
  }
}
