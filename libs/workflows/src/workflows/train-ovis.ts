import {
  ApplicationFailure,
  executeChild,
  isCancellation,
  ParentClosePolicy,
  setHandler,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import type { StageNumber } from '@ovis/config';
import { activityFailure, failureCause, runError } from '../failures.ts';
import { stageWorkflowId } from '../names.ts';
import type { RunProgress, RunReport, StageProgress } from '../progress.ts';
import { RetryBudget } from '../retry-budget.ts';
import type { ResumePoint, StartPoint, TrainInput, TrainResult } from '../types.ts';
import { evaluateRun, recordRun } from './activities.ts';
import { withGang } from './gang.ts';
import { progressQuery, reportSignal } from './messages.ts';
import type { runStage } from './run-stage.ts';

/** A whole run: three stages, each a child workflow on the checkpoint of the one before, then the evaluation. */
export async function trainOvis(input: TrainInput): Promise<TrainResult> {
  const progress = firstProgress(input);
  setHandler(progressQuery, () => progress);
  setHandler(reportSignal, (report) => applyReport(progress, report));
  try {
    const result = await train(input, progress);
    Object.assign(progress, { status: 'completed', note: 'completed' });
    return result;
  } catch (error) {
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

async function train(input: TrainInput, progress: RunProgress): Promise<TrainResult> {
  const { runId, config } = input;
  const resume: ResumePoint = input.resume ?? { stage: 1, checkpointUrl: '', initial: true, step: 0 };
  await recordRun(input);
  const result: TrainResult = { runId, stages: [], checkpointUrl: resume.checkpointUrl };
  let start: StartPoint = { checkpointUrl: resume.checkpointUrl, initial: resume.initial, step: resume.step };
  const since = resume.repeat === true ? Date.now() : undefined;
  for (const stage of stagesFrom(resume)) {
    const shown = progress.stages[stage - 1];
    Object.assign(progress, { stage, step: start.step, totalSteps: config.stages[stage - 1]?.steps ?? 0 });
    if (shown) shown.status = 'running';
    const done = await executeChild<typeof runStage>('runStage', {
      workflowId: stageWorkflowId(runId, stage),
      args: [{ runId, stage, config, start, since }],
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      // A run that is terminated must not leave trainers at work.
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    });
    result.stages.push(done);
    result.checkpointUrl = done.checkpointUrl;
    progress.checkpoint = done.checkpointUrl;
    progress.step = done.steps;
    if (shown) {
      Object.assign(shown, { status: 'done', finalLoss: done.finalLoss, checkpointUrl: done.checkpointUrl });
    }
    start = { checkpointUrl: done.checkpointUrl, initial: true, step: 0 };
  }
  if (config.evaluation !== undefined) {
    result.resultUrl = await evaluate(input, result.checkpointUrl, progress);
    progress.resultUrl = result.resultUrl;
  }
  return result;
}

async function evaluate(input: TrainInput, checkpointUrl: string, progress: RunProgress): Promise<string> {
  const { runId, config } = input;
  const budget = new RetryBudget();
  for (let generation = 1; ; generation++) {
    Object.assign(progress, { status: 'evaluating', note: `evaluates ${checkpointUrl}` });
    try {
      const { resultUrl } = await withGang({ runId, stage: 'evaluation', generation, config }, (gang) => {
        return evaluateRun({ gang, runId, config, checkpointUrl });
      });
      return resultUrl;
    } catch (error) {
      if (isCancellation(error)) throw error;
      const cause = failureCause(error);
      if (budget.take(cause) === undefined) {
        throw activityFailure({ ...cause, message: `evaluation: ${cause.message}` });
      }
      progress.note = `evaluation: ${cause.message}; tries again`;
    }
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
