import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { pauseSignalName } from '@ovis/workflows';
import { findCluster } from '../cluster.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../errors.ts';
import { checkRunId } from '../run-id.ts';
import { describeRun, progressOf } from '../runs.ts';
import { withTemporal } from '../temporal.ts';

/** A step and a checkpoint of a large model take a while. */
const longestWaitMs = 10 * 60_000;

export function pauseCommand(context: CliContext): Command {
  return new Command('pause')
    .description('stop a run for a while: its trainers save a checkpoint and are free for others')
    .argument('<run>', 'id of the run')
    .option('--no-wait', 'only ask, do not wait until it is paused')
    .action((run: string, options: { wait: boolean }) => pause(context, checkRunId(run), options.wait));
}

async function pause(context: CliContext, runId: string, wait: boolean): Promise<void> {
  const cluster = findCluster(context.env, context.cwd);
  await withTemporal(cluster, async (client) => {
    const before = (await describeRun(client, runId)).status.name;
    if (before !== 'RUNNING') {
      throw new CliError(
        'NOT_RUNNING',
        `run '${runId}' does not run: it is ${before.toLowerCase()}`,
        `'ovis status ${runId}' says more`,
      );
    }
    await client.workflow.getHandle(runId).signal(pauseSignalName);
    context.out(`pausing     ${runId}: its trainers save a checkpoint and stop`);
    if (!wait) return;
    const deadline = Date.now() + longestWaitMs;
    while (!context.signal.aborted) {
      const { status } = await describeRun(client, runId);
      if (status.name !== 'RUNNING') {
        throw new CliError(
          'ENDED',
          `run '${runId}' has ended meanwhile: ${status.name.toLowerCase()}`,
          `'ovis status ${runId}' says how`,
        );
      }
      const progress = await progressOf(client, runId);
      if (progress?.status === 'paused') {
        context.out(
          `paused      ${runId}${progress.checkpoint ? `; checkpoint ${progress.checkpoint}` : ''}`,
        );
        context.out(`go on with  ovis resume ${runId}`);
        return;
      }
      if (Date.now() > deadline) {
        throw new CliError(
          'STILL_RUNNING',
          `run '${runId}' has not stopped after ${longestWaitMs / 60_000} minutes`,
          "is a controller running? 'ovis trainers' shows what the trainers do",
        );
      }
      await sleep(300, undefined, { signal: context.signal }).catch(() => {});
    }
  });
}
