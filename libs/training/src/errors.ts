export type StageErrorCode =
  | 'UNKNOWN_MODULE'
  | 'NOTHING_TO_TRAIN'
  | 'BAD_SETTINGS'
  | 'BAD_BATCH'
  | 'STATE_MISMATCH'
  | 'LOSS_NOT_FINITE'
  | 'LOSS_EXPLODED'
  | 'WEIGHTS_NOT_FINITE'
  | 'TRAINER_FAILED'
  | 'OUT_OF_DATA';

/** What this library throws: `message` says what, where and why, `hint` how to go on. */
export class StageError extends Error {
  readonly code: StageErrorCode;
  readonly hint: string;

  constructor(code: StageErrorCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StageError';
    this.code = code;
    this.hint = hint;
  }
}

/** A state without the tensors that belong to it. */
export function missingOptimizer(step: number): StageError {
  return new StageError(
    'STATE_MISMATCH',
    `The state is that of step ${step}, but the optimizer's tensors are missing.`,
    'Load the optimizer part of the same checkpoint.',
  );
}

/**
 * Training has diverged.
 * @param what was seen
 * @param where it was first no number
 */
export function diverged(
  { stage, totalSteps }: { stage: number; totalSteps: number },
  o: { step: number; rate: number; notFinite: boolean; what: string; where?: string },
): StageError {
  const where = o.where ? ` (${o.where})` : '';
  return new StageError(
    o.notFinite ? 'LOSS_NOT_FINITE' : 'LOSS_EXPLODED',
    `Stage ${stage}, step ${o.step} of ${totalSteps}: ${o.what}${where}, at learning rate ${o.rate.toExponential(2)}.`,
    'Lower learningRate or raise warmupRatio of this stage and resume from the last checkpoint; if it happens at the first steps, look for broken samples. onBadLoss: skip or rollback goes on behind single bad batches.',
  );
}

/** What would be saved is no model. */
export function notFiniteWeightsError(
  { stage, totalSteps }: { stage: number; totalSteps: number },
  step: number,
  where: string,
): StageError {
  return new StageError(
    'WEIGHTS_NOT_FINITE',
    `Stage ${stage}, step ${step} of ${totalSteps}: ${where}; no checkpoint is made of them.`,
    'Lower learningRate of this stage and resume from the last checkpoint.',
  );
}

/** A step failed behind its update: this trainer has taken it, others perhaps not. */
export function halfDone(
  { stage, totalSteps }: { stage: number; totalSteps: number },
  step: number,
  cause: unknown,
): StageError {
  return new StageError(
    'TRAINER_FAILED',
    `Stage ${stage}, step ${step + 1} of ${totalSteps} failed halfway through its update: ${cause instanceof Error ? cause.message : String(cause)}`,
    'Create a trainer from the last checkpoint.',
    { cause },
  );
}

/** A trainer is busy, or of no use since `failure`. */
export function refusal(stage: number, what: string, failure: StageError | undefined): StageError {
  if (!failure) {
    return new StageError(
      'TRAINER_FAILED',
      `The trainer of stage ${stage} was asked for ${what} while a step runs.`,
      'Await step() first.',
    );
  }
  return new StageError(
    'TRAINER_FAILED',
    `The trainer of stage ${stage} cannot give ${what}: ${failure.message}`,
    failure.hint,
    { cause: failure },
  );
}
