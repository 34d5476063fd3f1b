import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { CliContext } from './context.ts';
import { CliError } from './errors.ts';
import { describeRun } from './runs.ts';

/** A step and a checkpoint of a large model take a while. */
const longestWaitMs = 10 * 60_000;

/** @throws CliError `NOT_RUNNING` */
export async function checkIsRunning(client: Client, runId: string): Promise<void> {
  const status = (await describeRun(client, runId)).status.name;
  if (status === 'RUNNING') return;
  throw new CliError(
    'NOT_RUNNING',
    `run '${runId}' does not run: it is ${status.toLowerCase()}`,
    `'ovis status ${runId}' says more`,
  );
}

/**
 * Looks until a run that was asked to stop has stopped, or the user has enough.
 * @param hasStopped looks once, and tells the user when it has
 * @throws CliError `STILL_RUNNING` after ten minutes
 */
export async function waitForStop(
  context: CliContext,
  runId: string,
  hasStopped: () => Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + longestWaitMs;
  while (!context.signal.aborted && !(await hasStopped())) {
    if (Date.now() > deadline) {
      throw new CliError(
        'STILL_RUNNING',
        `run '${runId}' has not stopped after ${longestWaitMs / 60_000} minutes`,
        "is a controller running? 'ovis trainers' shows what the trainers do",
      );
    }
    await sleep(300, undefined, { signal: context.signal }).catch(() => {});
  }
}
