import { WorkflowNotFoundError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import type { RunConfig } from '@ovis/config';
import { latestCheckpointId, listCheckpoints } from '@ovis/checkpoint';
import { openStorage } from '@ovis/storage';
import {
  checkpointPrefix,
  checkpointRefs,
  progressQueryName,
  stageWorkflowId,
  type CheckpointRef,
  type RunProgress,
  type RunReport,
  type StageHeartbeat,
} from '@ovis/workflows';
import { CliError } from './errors.ts';

/** What travels with a run beside its input, so that `resume` and `status` need no file. */
export interface RunMemo {
  config: RunConfig;
  origin: Record<string, string>;
}

/** @throws CliError NO_RUN */
export async function describeRun(client: Client, runId: string): Promise<WorkflowExecutionDescription> {
  try {
    return await client.workflow.getHandle(runId).describe();
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new CliError('NO_RUN', `there is no run '${runId}'`, "'ovis status' lists the runs", error);
  }
}

export function memoOf(description: WorkflowExecutionDescription): RunMemo | undefined {
  const memo = description.memo as Partial<RunMemo> | undefined;
  return memo?.config === undefined ? undefined : { config: memo.config, origin: memo.origin ?? {} };
}

/** A run's progress, and why it waits for trainers. */
export type SeenProgress = RunProgress & { waiting?: string };

/** The run's progress with the step of this moment; undefined when no controller answers. */
export async function progressOf(client: Client, runId: string): Promise<SeenProgress | undefined> {
  let progress: RunProgress;
  try {
    progress = await client.connection.withDeadline(Date.now() + 8_000, () =>
      client.workflow.getHandle(runId).query<RunProgress>(progressQueryName),
    );
  } catch {
    // Queries are answered by the controller: without one, what Temporal itself knows must do.
    return undefined;
  }
  if (progress.stage === 0 || terminal.has(progress.status)) return progress;
  // The run itself hears of its stage only now and then, to keep its history short.
  const known = withReport(progress, await reportOf(client, runId, progress.stage));
  const beat = await heartbeatOf(client, runId, known.stage);
  if (beat === undefined) return known;
  if ('waiting' in beat) return { ...known, waiting: beat.waiting };
  if (beat.generation < known.generation) return known;
  const { step, totalSteps, loss, imagesPerSecond, trainers } = beat;
  return {
    ...known,
    step,
    totalSteps,
    loss,
    imagesPerSecond,
    trainers,
    checkpoint: beat.checkpoint ?? known.checkpoint,
    warnings: beat.warnings ?? known.warnings,
  };
}

const terminal = new Set<RunProgress['status']>(['completed', 'failed', 'cancelled', 'evaluating']);

function withReport(progress: RunProgress, report: RunReport | undefined): RunProgress {
  if (report === undefined || (report.generation ?? 0) < progress.generation) return progress;
  const { stage: _, ...news } = report;
  return { ...progress, ...news };
}

/** What a stage last heard of its gang; undefined when it does not answer. */
async function reportOf(client: Client, runId: string, stage: number): Promise<RunReport | undefined> {
  try {
    return await client.connection.withDeadline(Date.now() + 5_000, () =>
      client.workflow.getHandle(stageWorkflowId(runId, stage)).query<RunReport>(progressQueryName),
    );
  } catch {
    return undefined;
  }
}

/** The last heartbeat of the activity that drives a stage, or waits for its gang: newer than what the workflow was told. */
async function heartbeatOf(
  client: Client,
  runId: string,
  stage: number,
): Promise<StageHeartbeat | { waiting: string } | undefined> {
  try {
    const { raw } = await client.workflow.getHandle(stageWorkflowId(runId, stage)).describe();
    const activities = raw.pendingActivities ?? [];
    const watching = activities.find(({ activityType }) =>
      ['driveStage', 'acquireGang'].includes(activityType?.name ?? ''),
    );
    const data = watching?.heartbeatDetails?.payloads?.[0]?.data;
    return data?.length
      ? (JSON.parse(Buffer.from(data).toString('utf8')) as StageHeartbeat | { waiting: string })
      : undefined;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** Complete checkpoints of a run, the last saved one last. @throws StorageError */
export async function checkpointsOf(
  storageUrl: string,
  runId: string,
  env: NodeJS.ProcessEnv,
): Promise<CheckpointRef[]> {
  const storage = openStorage(storageUrl, env);
  const prefix = checkpointPrefix(runId);
  const latest = await latestCheckpointId(storage, prefix);
  return checkpointRefs(`${storage.url}/${prefix}`, await listCheckpoints(storage, prefix), latest);
}
