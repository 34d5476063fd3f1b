import { describe, expect, it } from 'vitest';
import type { FailureCause } from './failures.ts';
import { pauseBefore, RetryBudget } from './retry-budget.ts';

const cause = (code: string, retryable = true): FailureCause => ({ code, message: '', hint: '', retryable });

describe('RetryBudget', () => {
  it('gives nothing for the user\u2019s mistakes', () => {
    expect(new RetryBudget().take(cause('BAD_DATA', false))).toBeUndefined();
  });
  it('counts membership and infrastructure apart', () => {
    const budget = new RetryBudget();
    for (let i = 0; i < 3; i++) expect(budget.take(cause('PEER_LOST'))?.used).toBe(i + 1);
    expect(budget.take(cause('TRAINER_LOST'))).toBeUndefined();
    expect(budget.take(cause('UNREACHABLE'))).toMatchObject({ budget: 'infrastructure', used: 1 });
  });
  it('is full again after a new checkpoint', () => {
    const budget = new RetryBudget();
    for (let i = 0; i < 3; i++) budget.take(cause('PEER_LOST'));
    budget.refill();
    expect(budget.take(cause('PEER_LOST'))?.used).toBe(1);
  });
  it('pauses longer each time, but not for membership', () => {
    expect([1, 2, 3, 9].map((used) => pauseBefore('infrastructure', used))).toEqual([
      2_000, 4_000, 8_000, 30_000,
    ]);
    expect(pauseBefore('membership', 2)).toBe(0);
  });
});
