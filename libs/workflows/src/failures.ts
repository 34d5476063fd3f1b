import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  TimeoutFailure,
} from '@temporalio/common';
import type { RunError } from './progress.ts';

/** Why an activity failed, as the trainers and libs say it (`{code, message, hint}`) and what to do about it. */
export interface FailureCause {
  code: string;
  message: string;
  hint: string;
  /** May another attempt help? False for the user's mistakes. */
  retryable: boolean;
  /** What a retry costs: the same gang's trainers are gone, or something else in the infrastructure failed. */
  budget?: FailureBudget;
  rank?: number;
  peerRank?: number;
  /** Ids of the gang's trainers that the next generation must do without. */
  lost?: string[];
  /** Steps of the stage that were done when it failed. */
  step?: number;
}

/** `preemption`: a trainer was asked to leave. `regroup`: the gang stopped to form anew in another size. */
export type FailureBudget = 'membership' | 'infrastructure' | 'preemption' | 'regroup';

/** Codes that mean: the gang has to form again. Everything else that may be retried is infrastructure. */
const membershipCodes = new Set([
  'PEER_LOST',
  'PEER_STALLED',
  'TRAINER_LOST',
  'TRAINER_STALLED',
  'GROUP_ABORTED',
  'CONNECT_FAILED',
  'BUSY',
  'NOT_RESERVED',
  'ALREADY_EXISTS',
]);

export function budgetOf(cause: FailureCause): FailureBudget {
  if (cause.budget !== undefined) return cause.budget;
  if (cause.code === 'REGROUP') return 'regroup';
  if (cause.code === 'STOPPED' || cause.code === 'DRAINING') return 'preemption';
  return membershipCodes.has(cause.code) ? 'membership' : 'infrastructure';
}

/**
 * The failure an activity throws for a cause that the workflow shall decide about. It is never retried by Temporal
 * itself: the next try needs a new gang or a newer checkpoint.
 */
export function activityFailure(cause: FailureCause): ApplicationFailure {
  return ApplicationFailure.create({
    type: cause.code,
    message: cause.message,
    nonRetryable: true,
    details: [cause],
  });
}

/** Finds the cause in whatever the workflow caught. */
export function failureCause(error: unknown): FailureCause {
  const root = rootOf(error);
  if (root instanceof ApplicationFailure) {
    const detail = root.details?.[0];
    if (isFailureCause(detail)) return detail;
    return {
      code: root.type ?? 'ERROR',
      message: root.message,
      hint: 'This was not expected: see the controller log for the stack trace.',
      retryable: root.nonRetryable !== true,
    };
  }
  if (root instanceof TimeoutFailure) {
    return {
      code: 'CONTROLLER_LOST',
      message: `no sign of life from the controller (${root.timeoutType})`,
      hint: "Start a controller ('ovis up', or see apps/controller), then 'ovis resume RUN'.",
      retryable: true,
    };
  }
  const message = root instanceof Error ? root.message : String(root);
  return { code: 'ERROR', message, hint: 'See the controller log for the stack trace.', retryable: false };
}

export function runError(cause: FailureCause): RunError {
  return { code: cause.code, message: cause.message, hint: cause.hint };
}

function rootOf(error: unknown): unknown {
  let current = error;
  while (current instanceof ActivityFailure || current instanceof ChildWorkflowFailure) {
    if (current.cause === undefined) return current;
    current = current.cause;
  }
  return current;
}

function isFailureCause(value: unknown): value is FailureCause {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    typeof value.code === 'string' &&
    'message' in value &&
    'hint' in value &&
    'retryable' in value
  );
}
