import { budgetOf, type FailureBudget, type FailureCause } from './failures.ts';

/** Tries after a failure, per stage and kind of cause, since the last new checkpoint. */
export const retriesPerCause: Record<FailureBudget, number> = { membership: 3, infrastructure: 3 };

/** Milliseconds to wait before try `used` (1-based): membership faults are over at once, others need a moment. */
export function pauseBefore(budget: FailureBudget, used: number): number {
  return budget === 'membership' ? 0 : Math.min(30_000, 2_000 * 2 ** (used - 1));
}

/**
 * Counts tries by cause. A new checkpoint refills it: a run of days may lose many trainers, but one that fails again and
 * again at the same place ends.
 */
export class RetryBudget {
  #used: Record<FailureBudget, number> = { membership: 0, infrastructure: 0 };

  /** Takes one try. Returns undefined when the failure is final. */
  take(cause: FailureCause): { budget: FailureBudget; used: number; of: number } | undefined {
    if (!cause.retryable) return undefined;
    const budget = budgetOf(cause);
    if (this.#used[budget] >= retriesPerCause[budget]) return undefined;
    this.#used[budget] += 1;
    return { budget, used: this.#used[budget], of: retriesPerCause[budget] };
  }

  refill(): void {
    this.#used = { membership: 0, infrastructure: 0 };
  }
}
