import {
  WorkflowExecutionAlreadyStartedError,
  type Client,
  type WorkflowHandleWithFirstExecutionRunId,
} from '@temporalio/client';
import type { RunConfig } from '@ovis/config';
import { taskQueue, trainWorkflow, type ResumePoint, type trainOvis } from '@ovis/workflows';
import type { Cluster } from './cluster.ts';
import type { RunMemo } from './runs.ts';

export interface StartRun {
  runId: string;
  config: RunConfig;
  /** What made the run: recorded beside its results. */
  origin?: Record<string, string>;
  resume?: ResumePoint;
}

/**
 * Starts (or, with `resume`, starts again) the workflow whose id is the run's id.
 * @throws WorkflowExecutionAlreadyStartedError when an execution of this id is there already
 */
export function startRun(
  client: Client,
  run: StartRun,
): Promise<WorkflowHandleWithFirstExecutionRunId<typeof trainOvis>> {
  const { runId, config, origin = {}, resume } = run;
  const memo: RunMemo = { config, origin };
  return client.workflow.start<typeof trainOvis>(trainWorkflow, {
    workflowId: runId,
    taskQueue: process.env['OVIS_TASK_QUEUE'] || taskQueue,
    args: [{ runId, config, origin, ...(resume === undefined ? {} : { resume }) }],
    memo: { ...memo },
    workflowIdReusePolicy: resume === undefined ? 'REJECT_DUPLICATE' : 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'FAIL',
  });
}

/** The same; false instead of an error when an execution of this id is there already. */
export async function tryStartRun(client: Client, run: StartRun): Promise<boolean> {
  try {
    await startRun(client, run);
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

/** Where to look next, for people. */
export function nextSteps(runId: string, cluster: Cluster): string[] {
  const page =
    cluster.temporalUi === undefined
      ? []
      : [
          `web page    ${cluster.temporalUi}/namespaces/${cluster.temporalNamespace}/workflows/${encodeURIComponent(runId)}`,
        ];
  return [...page, `follow it   ovis watch ${runId}`, `stop it     ovis cancel ${runId}`];
}
