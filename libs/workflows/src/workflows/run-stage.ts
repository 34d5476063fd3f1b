import { isCancellation, sleep } from '@temporalio/workflow';
import { activityFailure, failureCause, type FailureCause } from '../failures.ts';
import { pauseBefore, RetryBudget } from '../retry-budget.ts';
import type { Gang, StageInput, StageResult, StartPoint } from '../types.ts';
import { driveStage, latestCheckpoint } from './activities.ts';
import { withGang } from './gang.ts';
import { reportToParent } from './messages.ts';

/**
 * One stage, from a gang of trainers to its final checkpoint. When a trainer is lost the gang forms again in the next
 * generation and goes on from the stage's last checkpoint; the user's mistakes fail at once.
 */
export async function runStage(input: StageInput): Promise<StageResult> {
  const { runId, stage, config, since } = input;
  const budget = new RetryBudget();
  let start = input.start;
  let trainers: string[] = [];

  for (let generation = 1; ; generation++) {
    await reportToParent({
      stage,
      generation,
      status: generation === 1 ? 'waiting-for-trainers' : 'recovering',
      note: `stage ${stage}: waiting for ${config.gang.trainers} trainers (generation ${generation})`,
    });
    try {
      const outcome = await withGang({ runId, stage, generation, config }, async (gang) => {
        trainers = gang.trainers.map((member) => member.trainerId);
        await reportToParent({ stage, ...gangReport(gang), ...stepsOf(input, start) });
        return driveStage({
          gang,
          runId,
          stage,
          config,
          checkpointUrl: start.checkpointUrl,
          initial: start.initial,
        });
      });
      return { ...outcome, stage, generations: generation, trainers };
    } catch (error) {
      if (isCancellation(error)) throw error;
      const cause = failureCause(error);
      const latest = cause.retryable
        ? await latestCheckpoint({ runId, storage: config.storage, stage, since })
        : null;
      if (latest?.complete) {
        // The gang was lost between its last checkpoint and its last word.
        const { url: checkpointUrl, totalSteps: steps, loss: finalLoss } = latest;
        return { checkpointUrl, steps, finalLoss, stage, generations: generation, trainers };
      }
      if (latest !== null && latest.step > start.step) {
        start = { checkpointUrl: latest.url, initial: false, step: latest.step };
        budget.refill();
      }
      const retry = budget.take(cause);
      if (retry === undefined) throw finalFailure(input, cause, generation);
      await reportToParent({
        stage,
        status: 'recovering',
        note: `stage ${stage}: ${cause.message}; goes on from ${start.initial ? 'the start of the stage' : `step ${start.step}`} (try ${retry.used} of ${retry.of})`,
      });
      const pause = pauseBefore(retry.budget, retry.used);
      if (pause > 0) await sleep(pause);
    }
  }
}

function gangReport(gang: Gang) {
  return {
    status: 'training' as const,
    generation: gang.generation,
    trainers: gang.trainers.map(({ trainerId, rank }) => ({ trainerId, rank, state: 'starting' })),
    note: `${gang.trainers.length} trainers: ${gang.trainers.map((member) => member.trainerId).join(', ')}`,
  };
}

function stepsOf(input: StageInput, start: StartPoint) {
  return { step: start.step, totalSteps: input.config.stages[input.stage - 1]?.steps ?? 0 };
}

function finalFailure(input: StageInput, cause: FailureCause, generations: number) {
  const tries = cause.retryable && generations > 1 ? ` (after ${generations} generations)` : '';
  const hint = cause.retryable ? `${cause.hint} Then 'ovis resume ${input.runId}'.` : cause.hint;
  return activityFailure({ ...cause, message: `stage ${input.stage}: ${cause.message}${tries}`, hint });
}
