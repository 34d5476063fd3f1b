import { budgetOf, type FailureBudget, type FailureCause } from './failures.ts';
import type { RetryCounts } from './types.ts';

/** Tries after a failure, per stage and kind of cause, since the last progress. */
export const retriesPerCause: Record<FailureBudget, number> = {
  membership: 3,
  // With the pauses between them: a storage that is away for some minutes.
  infrastructure: 10,
  // Somebody wants machines back: nothing is wrong with the run.
  preemption: 100,
  // The controller's own wish, and paced by it.
  regroup: Infinity,
};

/** Milliseconds to wait before try `used` (1-based): what is over at once needs no pause, other faults need a moment. */
export function pauseBefore(budget: FailureBudget, used: number): number {
  if (budget === 'infrastructure') return Math.min(30_000, 2_000 * 2 ** (used - 1));
  // A second loss at the same place may be a network that is cut for a while.
  return budget === 'membership' && used > 1 ? Math.min(10_000, 1_000 * 2 ** (used - 2)) : 0;
}

/**
 * Counts tries by cause. Progress refills it: a run of days may lose many trainers, but one that fails again and again at the
 * same place ends.
 */
export class RetryBudget {
  #used: RetryCounts;

  constructor(used: RetryCounts = {}) {
    this.#used = { ...used };
  }

  /** Takes one try. Returns undefined when the failure is final. */
  take(cause: FailureCause): { budget: FailureBudget; used: number; of: number } | undefined {
    if (!cause.retryable) return undefined;
    const budget = budgetOf(cause);
    const used = (this.#used[budget] ?? 0) + 1;
    if (used > retriesPerCause[budget]) return undefined;
    this.#used[budget] = used;
    return { budget, used, of: retriesPerCause[budget] };
  }

  /** For the next execution of the workflow. */
  get used(): RetryCounts {
    return { ...this.#used };
  }

  refill(): void {
    this.#used = {};
  }
}
