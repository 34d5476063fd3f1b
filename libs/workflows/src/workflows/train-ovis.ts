import {
  ApplicationFailure,
  continueAsNew,
  ContinueAsNew,
  isCancellation,
  ParentClosePolicy,
  setHandler,
  startChild,
  workflowInfo,
  WorkflowIdReusePolicy,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import type { StageNumber } from '@ovis/config';
import { activityFailure, failureCause, runError } from '../failures.ts';
import { stageWorkflow, stageWorkflowId } from '../names.ts';
import type { RunProgress, RunReport, StageProgress } from '../progress.ts';
import { RetryBudget } from '../retry-budget.ts';
import type { ResumePoint, StageInput, StageResult, StartPoint, TrainInput, TrainResult } from '../types.ts';
import { evaluateRun, recordRun } from './activities.ts';
import { HeldGang } from './gang.ts';
import { goOnSignal, pauseSignal, progressQuery, reportSignal } from './messages.ts';
import { PauseRequested, Pausing } from './pausing.ts';
import type { runStage } from './run-stage.ts';

/** A whole run: three stages, each a child workflow on the checkpoint of the one before, then the evaluation. */
export async function trainOvis(input: TrainInput): Promise<TrainResult> {
  const progress = firstProgress(input);
  setHandler(progressQuery, () => progress);
  setHandler(reportSignal, (report) => applyReport(progress, report));
  const stage = new CurrentStage();
  const pausing = new Pausing({
    onChange: (paused) => {
      progress.note = paused ? 'pausing: its trainers save a checkpoint and stop' : 'goes on';
      stage.pause(paused);
    },
  });
  try {
    const result = await train(input, { progress, pausing, stage });
    Object.assign(progress, { status: 'completed', note: 'completed' });
    return result;
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    for (const stage of progress.stages) if (stage.status === 'running') stage.status = 'stopped';
    if (isCancellation(error)) {
      Object.assign(progress, { status: 'cancelled', note: 'cancelled' });
      throw error;
    }
    const cause = failureCause(error);
    Object.assign(progress, { status: 'failed', note: cause.message, error: runError(cause) });
    throw error instanceof ApplicationFailure ? error : activityFailure(cause);
  }
}

/** The stage that runs, to tell it of pauses. */
class CurrentStage {
  #child: ChildWorkflowHandle<typeof runStage> | undefined;

  set(child: ChildWorkflowHandle<typeof runStage> | undefined): void {
    this.#child = child;
  }

  pause(paused: boolean): void {
    this.#child?.signal(paused ? pauseSignal : goOnSignal).catch(() => {
      // It has just ended: the next one begins as it is told then.
    });
  }
}

interface Parts {
  progress: RunProgress;
  pausing: Pausing;
  stage: CurrentStage;
}

async function train(input: TrainInput, parts: Parts): Promise<TrainResult> {
  const { runId, config, carried } = input;
  const { progress } = parts;
  const resume: ResumePoint = input.resume ?? { stage: 1, checkpointUrl: '', initial: true, step: 0 };
  if (carried === undefined) await recordRun(input);
  const submittedAt = carried?.submittedAt ?? workflowInfo().startTime.getTime();
  const stages = [...(carried?.stages ?? [])];
  const result: TrainResult = { runId, stages, checkpointUrl: resume.checkpointUrl };
  let start: StartPoint = { checkpointUrl: resume.checkpointUrl, initial: resume.initial, step: resume.step };
  const since = resume.repeat === true ? Date.now() : undefined;
  const first = stagesFrom(resume)[0];
  for (const stage of stagesFrom(resume)) {
    if (workflowInfo().continueAsNewSuggested && stage !== first) {
      // No child runs now: the rest in an execution with a short history.
      await continueAsNew<typeof trainOvis>({
        ...input,
        resume: { ...start, stage },
        carried: { stages, submittedAt },
      });
    }
    const acceptChanges = stage === first && resume.acceptChanges === true;
    const done = await oneStage({ runId, stage, config, start, submittedAt, since, acceptChanges }, parts);
    stages.push(done);
    result.checkpointUrl = done.checkpointUrl;
    start = { checkpointUrl: done.checkpointUrl, initial: true, step: 0 };
  }
  if (config.evaluation !== undefined) {
    result.resultUrl = await evaluate(input, result.checkpointUrl, submittedAt, parts);
    progress.resultUrl = result.resultUrl;
  }
  return result;
}

async function oneStage(
  input: StageInput,
  { progress, pausing, stage: current }: Parts,
): Promise<StageResult> {
  const { stage, config, start, runId } = input;
  const shown = progress.stages[stage - 1];
  const totalSteps = config.stages[stage - 1]?.steps ?? 0;
  Object.assign(progress, { stage, step: start.step, totalSteps, warnings: [] });
  if (shown) shown.status = 'running';
  const { paused } = pausing;
  const child = await startChild<typeof runStage>(stageWorkflow, {
    workflowId: stageWorkflowId(runId, stage),
    args: [{ ...input, paused }],
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    // A run that is terminated must not leave trainers at work.
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
  });
  current.set(child);
  if (pausing.paused !== paused) current.pause(pausing.paused);
  const done = await child.result().finally(() => current.set(undefined));
  progress.checkpoint = done.checkpointUrl;
  progress.step = done.steps;
  if (shown) {
    Object.assign(shown, { status: 'done', finalLoss: done.finalLoss, checkpointUrl: done.checkpointUrl });
  }
  return done;
}

async function evaluate(
  { runId, config }: TrainInput,
  checkpointUrl: string,
  submittedAt: number,
  { progress, pausing }: Parts,
): Promise<string> {
  const budget = new RetryBudget();
  const held = new HeldGang({ runId, stage: 'evaluation', config, submittedAt });
  let reason = 'done';
  let lost: string[] = [];
  try {
    for (let generation = 1; ; generation++) {
      if (pausing.paused) {
        await held.release('the run is paused');
        Object.assign(progress, {
          status: 'paused',
          note: `paused before the evaluation; 'ovis resume ${runId}' goes on`,
        });
        await pausing.over();
      }
      Object.assign(progress, { status: 'evaluating', note: `evaluates ${checkpointUrl}` });
      try {
        const { resultUrl } = await pausing.guard(async () => {
          const gang = await held.acquire(generation, lost);
          return evaluateRun({ gang, runId, config, checkpointUrl });
        });
        return resultUrl;
      } catch (error) {
        if (error instanceof PauseRequested) continue;
        if (isCancellation(error)) throw error;
        const cause = failureCause(error);
        lost = cause.lost ?? [];
        if (budget.take(cause) === undefined) {
          throw activityFailure({ ...cause, message: `evaluation: ${cause.message}` });
        }
        progress.note = `evaluation: ${cause.message}; tries again`;
      }
    }
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
    throw error;
  } finally {
    await held.release(reason);
  }
}

function stagesFrom(resume: ResumePoint): StageNumber[] {
  const all: StageNumber[] = [1, 2, 3];
  return resume.stage === 'evaluation' ? [] : all.slice(resume.stage - 1);
}

function firstProgress(input: TrainInput): RunProgress {
  const first = input.resume?.stage ?? 1;
  return {
    runId: input.runId,
    status: 'starting',
    stage: 0,
    step: 0,
    totalSteps: 0,
    generation: 0,
    trainers: [],
    checkpoint: input.resume?.checkpointUrl ?? '',
    note: 'starting',
    stages: input.config.stages.map(({ stage, steps }): StageProgress => {
      const done = input.carried?.stages.find((one) => one.stage === stage);
      if (done !== undefined) {
        const { finalLoss, checkpointUrl } = done;
        return { stage, steps, status: 'done', finalLoss, checkpointUrl };
      }
      const before = first === 'evaluation' || stage < first;
      return { stage, steps, status: before ? 'before' : 'pending' };
    }),
  };
}

/** Late reports of a stage or generation that is over change nothing. */
function applyReport(progress: RunProgress, report: RunReport): void {
  if (report.stage !== progress.stage) return;
  if (report.generation !== undefined && report.generation < progress.generation) return;
  const terminal = ['completed', 'failed', 'cancelled', 'evaluating'].includes(progress.status);
  const { stage: _, ...changes } = report;
  if (terminal) delete changes.status;
  Object.assign(progress, changes);
}
