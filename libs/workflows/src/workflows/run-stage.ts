import { continueAsNew, isCancellation, sleep, workflowInfo } from '@temporalio/workflow';
import { activityFailure, failureCause, type FailureCause } from '../failures.ts';
import { pauseBefore, RetryBudget } from '../retry-budget.ts';
import type { Gang, StageGoesOn, StageInput, StageOutcome, StageResult, StartPoint } from '../types.ts';
import { driveStage, latestCheckpoint } from './activities.ts';
import { HeldGang } from './gang.ts';
import { PauseRequested, Pausing } from './pausing.ts';
import { StageDesk } from './stage-desk.ts';

/** Generations in one execution: some 40 events of its history each. */
const generationsPerExecution = 50;
/** Steps that count as progress, though no checkpoint was saved. */
const stepsOfProgress = 20;

/** Where a stage stands between two generations. */
interface Standing {
  start: StartPoint;
  generation: number;
  /** Steps that were done at the last failure. */
  reached: number;
  lost: string[];
  budget: RetryBudget;
  /** The held gang is at work already. */
  attach: boolean;
}

/**
 * One stage, from a gang of trainers to its final checkpoint. When a trainer is lost the others keep the stage in memory and the gang
 * forms again in the next generation; the user's mistakes fail at once. The gang is held until the stage is over.
 */
export async function runStage(input: StageInput): Promise<StageResult> {
  const { carried } = input;
  const desk = new StageDesk(input.stage);
  const pausing = new Pausing({ paused: input.paused });
  const held = new HeldGang(input, carried?.gang);
  const at: Standing = {
    start: input.start,
    generation: carried?.generation ?? 1,
    reached: input.start.step,
    lost: [],
    budget: new RetryBudget(carried?.budget),
    attach: carried?.attach ?? false,
  };
  const first = at.generation;
  let reason = 'done';
  let goesOn = false;
  try {
    for (;;) {
      if (pausing.paused) await pause(input, { at, desk, held, pausing });
      goesOn =
        at.generation - first >= generationsPerExecution ||
        (workflowInfo().continueAsNewSuggested && !at.attach);
      if (goesOn) return await nextExecution(input, at, held.gang, pausing.paused);
      let done: StageOutcome | StageGoesOn | undefined;
      try {
        done = await pausing.guard(() => oneGeneration(input, { at, desk, held }));
      } catch (error) {
        if (error instanceof PauseRequested) continue;
        if (isCancellation(error)) throw error;
        done = await recover(input, failureCause(error), { at, desk, held });
      }
      if (done === undefined) continue;
      if ('goesOn' in done) {
        goesOn = at.attach = true;
        return await nextExecution(input, at, held.gang, pausing.paused);
      }
      const trainers = held.gang?.trainers.map(({ trainerId }) => trainerId) ?? [];
      return { ...done, stage: input.stage, generations: at.generation, trainers };
    }
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
    throw error;
  } finally {
    if (!goesOn) await held.release(reason);
  }
}

interface Parts {
  at: Standing;
  desk: StageDesk;
  held: HeldGang;
}

async function oneGeneration(
  input: StageInput,
  { at, desk, held }: Parts,
): Promise<StageOutcome | StageGoesOn> {
  const { runId, stage, config, submittedAt, acceptChanges } = input;
  const { generation, start } = at;
  const { attach } = at;
  at.attach = false;
  let gang = attach ? held.gang : undefined;
  if (gang === undefined) {
    desk.tell({
      stage,
      generation,
      status: generation === 1 ? 'waiting-for-trainers' : 'recovering',
      note: `stage ${stage}: waiting for ${config.gang.trainers} trainers (generation ${generation})`,
    });
    gang = await held.acquire(generation, at.lost);
    desk.tell({ stage, ...gangReport(gang), ...stepsOf(input, start) });
  }
  return driveStage({
    gang,
    runId,
    stage,
    config,
    checkpointUrl: start.checkpointUrl,
    initial: start.initial,
    startStep: start.step,
    submittedAt,
    ...(acceptChanges === true ? { acceptChanges } : {}),
    ...(attach ? { attach } : {}),
  });
}

/** Decides what a failure means. Returns the outcome when the stage was complete; throws when the failure is final. */
async function recover(
  input: StageInput,
  cause: FailureCause,
  { at, desk, held }: Parts,
): Promise<StageOutcome | undefined> {
  const { stage } = input;
  const latest = cause.retryable ? await latestOf(input) : null;
  if (latest?.complete) {
    // The gang was lost between its last checkpoint and its last word.
    return { checkpointUrl: latest.url, steps: latest.totalSteps, finalLoss: latest.loss };
  }
  const saved = latest !== null && latest.step > at.start.step;
  if (saved) at.start = { checkpointUrl: latest.url, initial: false, step: latest.step };
  const step = cause.step ?? at.start.step;
  if (saved || step >= at.reached + stepsOfProgress) at.budget.refill();
  at.reached = Math.max(at.reached, step);
  const retry = at.budget.take(cause);
  if (retry === undefined) throw finalFailure(input, cause, at.generation);
  at.lost = cause.lost ?? [];
  at.generation++;
  const tries = Number.isFinite(retry.of) ? ` (try ${retry.used} of ${retry.of})` : '';
  const from = at.start.initial ? 'the start of the stage' : `the checkpoint of step ${at.start.step}`;
  desk.tell({
    stage,
    status: 'recovering',
    note: `stage ${stage}: ${cause.message}; goes on from memory, else from ${from}${tries}`,
    trainers: held.gang?.trainers.map(({ trainerId, rank }) => ({
      trainerId,
      rank,
      state: at.lost.includes(trainerId) ? 'lost' : 'waiting',
    })),
  });
  const wait = pauseBefore(retry.budget, retry.used);
  if (wait > 0) await sleep(wait);
  return undefined;
}

/** The stage's last checkpoint. A storage that is away is no reason to wait: the survivors' memory may do. */
async function latestOf({ runId, config, stage, since }: StageInput) {
  try {
    return await latestCheckpoint({ runId, storage: config.storage, stage, since });
  } catch (error) {
    if (isCancellation(error) || !failureCause(error).retryable) throw error;
    return null;
  }
}

/** The gang has saved a checkpoint and stopped: gives the trainers back until the run is to go on. */
async function pause(
  input: StageInput,
  { at, desk, held, pausing }: Parts & { pausing: Pausing },
): Promise<void> {
  const { stage } = input;
  await held.release('the run is paused');
  const latest = await latestOf(input);
  if (latest !== null && latest.step > at.start.step) {
    at.start = { checkpointUrl: latest.url, initial: false, step: latest.step };
  }
  at.generation++;
  const from = at.start.initial ? 'the start of the stage' : `step ${at.start.step}`;
  desk.tell({
    stage,
    status: 'paused',
    trainers: [],
    step: at.start.step,
    note: `stage ${stage}: paused at ${from}; 'ovis resume ${input.runId}' goes on`,
    ...(at.start.initial ? {} : { checkpoint: at.start.checkpointUrl }),
  });
  await pausing.over();
}

/** Same stage, short history. */
function nextExecution(
  input: StageInput,
  at: Standing,
  gang: Gang | undefined,
  paused: boolean,
): Promise<never> {
  const { start, generation, attach, budget } = at;
  return continueAsNew<typeof runStage>({
    ...input,
    start,
    paused,
    carried: { generation, gang, attach, budget: budget.used },
  });
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
