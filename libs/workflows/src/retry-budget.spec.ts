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
  it('counts neither what the controller wants itself nor machines that are wanted back as faults', () => {
    const budget = new RetryBudget();
    for (let i = 0; i < 1000; i++) expect(budget.take(cause('REGROUP'))?.budget).toBe('regroup');
    for (let i = 0; i < 10; i++) expect(budget.take(cause('STOPPED'))?.budget).toBe('preemption');
    expect(budget.take(cause('PEER_LOST'))?.used).toBe(1);
  });
  it('goes on counting in the next execution of the workflow', () => {
    const budget = new RetryBudget();
    for (let i = 0; i < 3; i++) budget.take(cause('PEER_LOST'));
    expect(new RetryBudget(budget.used).take(cause('PEER_LOST'))).toBeUndefined();
  });
  it('is full again after progress', () => {
    const budget = new RetryBudget();
    for (let i = 0; i < 3; i++) budget.take(cause('PEER_LOST'));
    budget.refill();
    expect(budget.take(cause('PEER_LOST'))?.used).toBe(1);
  });
  it('pauses longer each time, but not for the first loss of a trainer', () => {
    expect([1, 2, 3, 9].map((used) => pauseBefore('infrastructure', used))).toEqual([
      2_000, 4_000, 8_000, 30_000,
    ]);
    expect([1, 2, 3].map((used) => pauseBefore('membership', used))).toEqual([0, 1_000, 2_000]);
    expect(pauseBefore('regroup', 7)).toBe(0);
  });
});
