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

/** The run's progress with the step of this moment; undefined when no controller answers. */
export async function progressOf(client: Client, runId: string): Promise<RunProgress | undefined> {
  let progress: RunProgress;
  try {
    progress = await client.connection.withDeadline(Date.now() + 8_000, () =>
      client.workflow.getHandle(runId).query<RunProgress>(progressQueryName),
    );
  } catch {
    // Queries are answered by the controller: without one, what Temporal itself knows must do.
    return undefined;
  }
  if (progress.status !== 'training' || progress.stage === 0) return progress;
  const beat = await heartbeatOf(client, runId, progress.stage);
  if (beat === undefined || beat.generation < progress.generation) return progress;
  const { step, totalSteps, loss, imagesPerSecond, trainers } = beat;
  return {
    ...progress,
    step,
    totalSteps,
    loss,
    imagesPerSecond,
    trainers,
    checkpoint: beat.checkpoint ?? progress.checkpoint,
  };
}

/** The last heartbeat of the activity that drives a stage: newer than what the workflow was told. */
async function heartbeatOf(
  client: Client,
  runId: string,
  stage: number,
): Promise<StageHeartbeat | undefined> {
  try {
    const { raw } = await client.workflow.getHandle(stageWorkflowId(runId, stage)).describe();
    const driving = raw.pendingActivities?.find((activity) => activity.activityType?.name === 'driveStage');
    const data = driving?.heartbeatDetails?.payloads?.[0]?.data;
    return data ? (JSON.parse(Buffer.from(data).toString('utf8')) as StageHeartbeat) : undefined;
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
