import { StageError } from './errors.ts';
import { disposeMicroBatch } from './micro-batch.ts';
import type { MicroBatch } from './micro-batch.ts';
import { prefetch } from './prefetch.ts';
import type { BadStep } from './monitors/loss-watch.ts';
import type { StageTrainer } from './stage-trainer.ts';
import type { StepResult } from './stage-trainer-types.ts';

/** What one optimizer step needs from the data side. */
export interface StageBatch<Cursor = unknown> {
  /** As many as the stage accumulates. The loop disposes them after the step. */
  microBatches: MicroBatch[];
  /** Pictures in them, for rates. */
  images?: number;
  /** Where the reader stands behind this batch: a resume goes on from here. */
  cursor?: Cursor;
}

export interface StepReport extends StepResult {
  images: number;
  /** Time the step waited for its batch; near 0 when the prefetch keeps up. */
  dataMs: number;
  /** From one step's end to the next one's. */
  totalMs: number;
}

export interface CheckpointRequest<Cursor> {
  step: number;
  /** `interval`: every `checkpointEvery` steps; `stopped`: on request; `finished`: the stage is done. */
  reason: 'interval' | 'stopped' | 'finished';
  /** That of the last batch trained on, however far the prefetch has read. */
  cursor: Cursor | undefined;
}

export interface RunStageOptions<Cursor = unknown> {
  trainer: Pick<StageTrainer, 'step' | 'stepsDone' | 'settings'> &
    Partial<Pick<StageTrainer, 'weightsError'>>;
  /** One element per step. Endless or long enough; it is closed by `return()` at the end. */
  batches: AsyncIterator<StageBatch<Cursor>>;
  /** Steps the trainer has done; a cross-check of checkpoint, trainer and data. */
  fromStep: number;
  totalSteps: number;
  /** Steps between checkpoints; 0 = only at the end. */
  checkpointEvery: number;
  onStep?: (report: StepReport) => void | Promise<void>;
  /**
   * Awaited before the next step, so the trainer can be snapshot. What it throws ends the stage. False: nothing was saved, on no rank; of a stage
   * that is stopped at this step it is asked again.
   */
  onCheckpoint?: (request: CheckpointRequest<Cursor>) => Promise<boolean | undefined> | undefined;
  /** Asked before every step. When any rank says yes, all stop behind that step. */
  shouldStop?: () => boolean;
  /** Batches read ahead. Default 2. */
  prefetch?: number;
}

export interface RunStageResult<Cursor> {
  /** `rollback`: the last steps were bad; the trainer is to begin again at the last checkpoint, behind `cursor`. */
  reason: 'finished' | 'stopped' | 'rollback';
  step: number;
  /** Loss of the last step; undefined when there was none to do. */
  loss: number | undefined;
  cursor: Cursor | undefined;
  /** What was bad, with `rollback`. */
  bad?: BadStep;
}

/**
 * The step loop of a stage: prepares the next batches while a step runs, checkpoints at intervals and at the end, and
 * stops on request at the same step boundary on every rank.
 *
 * @throws StageError STATE_MISMATCH, OUT_OF_DATA, LOSS_NOT_FINITE, LOSS_EXPLODED, WEIGHTS_NOT_FINITE; whatever batches, collective and callbacks throw
 */
export async function runStage<Cursor = unknown>(
  options: RunStageOptions<Cursor>,
): Promise<RunStageResult<Cursor>> {
  const { trainer, fromStep, totalSteps, checkpointEvery, onStep, onCheckpoint } = options;
  if (trainer.stepsDone !== fromStep) {
    throw new StageError(
      'STATE_MISMATCH',
      `Stage ${trainer.settings.stage} is to go on from step ${fromStep}, but the trainer stands at ${trainer.stepsDone}.`,
      'Create the trainer with the state of the checkpoint that the data cursor comes from.',
    );
  }
  const batches = prefetch(options.batches, options.prefetch ?? 2, (batch) =>
    batch.microBatches.forEach(disposeMicroBatch),
  );
  let cursor: Cursor | undefined;
  let loss: number | undefined;
  let step = fromStep;
  let saved = fromStep;
  let stopped = false;
  let last = performance.now();

  const checkpoint = async (reason: CheckpointRequest<Cursor>['reason']) => {
    if (saved === step && reason !== 'finished') return;
    const broken = await trainer.weightsError?.();
    if (broken) throw broken;
    if ((await onCheckpoint?.({ step, reason, cursor })) !== false) saved = step;
  };

  try {
    while (step < totalSteps && !stopped) {
      const waiting = performance.now();
      const next = await batches.next();
      if (next.done) throw outOfData(trainer.settings.stage, step, totalSteps);
      const { value: batch } = next;
      const dataMs = performance.now() - waiting;
      let result: StepResult;
      try {
        result = await trainer.step(batch.microBatches, {
          requestStop: options.shouldStop?.() ?? false,
        });
      } finally {
        batch.microBatches.forEach(disposeMicroBatch);
      }
      ({ step, loss, stopRequested: stopped } = result);
      cursor = batch.cursor;
      const now = performance.now();
      await onStep?.({ ...result, images: batch.images ?? 0, dataMs, totalMs: now - last });
      last = now;
      if (result.bad?.action === 'rollback')
        return { reason: 'rollback', step, loss, cursor, bad: result.bad };
      const doubtful = result.bad?.action === 'wait';
      if (step < totalSteps && checkpointEvery > 0 && step % checkpointEvery === 0 && !doubtful) {
        await checkpoint('interval');
      }
    }
    // A request that came with the very last step changes nothing.
    stopped &&= step < totalSteps;
    await checkpoint(stopped ? 'stopped' : 'finished');
    return { reason: stopped ? 'stopped' : 'finished', step, loss, cursor };
  } finally {
    await batches.return?.();
  }
}

function outOfData(stage: number, step: number, totalSteps: number): StageError {
  return new StageError(
    'OUT_OF_DATA',
    `Stage ${stage}: the data ended after step ${step} of ${totalSteps}.`,
    'Give the stage a reader that repeats its shards, or fewer steps.',
  );
}
