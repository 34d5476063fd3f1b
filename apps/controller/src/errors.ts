import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { activityFailure, type FailureCause } from '@ovis/workflows';

/** The controller cannot start or go on. The message says what, where and why; `hint` how to fix it. */
export class ControllerError extends Error {
  override readonly name = 'ControllerError';
  readonly code: string;
  readonly hint: string;

  constructor(code: string, message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.hint = hint;
  }
}

/** Codes of the libs that another try may cure; every other one is the user's to fix. */
const retryableCodes = new Set(['UNREACHABLE', 'CONNECTION_LOST', 'DEADLINE', 'TRUNCATED']);

/** What any thrown value means to the workflow. Errors of the libs have `{code, hint}`; others are our mistakes. */
export function causeOf(error: unknown): FailureCause {
  const message = error instanceof Error ? error.message : String(error);
  const { code, hint, retryable } = (error ?? {}) as { code?: unknown; hint?: unknown; retryable?: unknown };
  if (typeof code !== 'string' || typeof hint !== 'string') {
    return {
      code: 'CONTROLLER_ERROR',
      message: `the controller failed: ${message}`,
      hint: 'This is a mistake in ovis: see the controller log for the stack trace.',
      retryable: false,
    };
  }
  return {
    code,
    message,
    hint,
    retryable: typeof retryable === 'boolean' ? retryable : retryableCodes.has(code),
  };
}

/**
 * Every way an activity may fail: cancellation and failures made on purpose pass, everything else becomes a failure with
 * its cause. `again`: Temporal itself may run the activity once more when the cause is retryable.
 */
export function toActivityError(error: unknown, o: { again: boolean }): Error {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  const cause = causeOf(error);
  if (!o.again || !cause.retryable) return activityFailure(cause);
  return ApplicationFailure.create({ type: cause.code, message: cause.message, details: [cause] });
}
