import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { findCluster } from '../cluster.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../errors.ts';
import { checkRunId } from '../run-id.ts';
import { describeRun, progressOf } from '../runs.ts';
import { withTemporal } from '../temporal.ts';

/** A step and a checkpoint of a large model take a while. */
const longestWaitMs = 10 * 60_000;

export function cancelCommand(context: CliContext): Command {
  return new Command('cancel')
    .description('stop a run: its trainers save a checkpoint first')
    .argument('<run>', 'id of the run')
    .option('--no-wait', 'only ask, do not wait until it has stopped')
    .action((run: string, options: { wait: boolean }) => cancel(context, checkRunId(run), options.wait));
}

async function cancel(context: CliContext, runId: string, wait: boolean): Promise<void> {
  const cluster = findCluster(context.env, context.cwd);
  await withTemporal(cluster, async (client) => {
    const before = (await describeRun(client, runId)).status.name;
    if (before !== 'RUNNING') {
      throw new CliError('NOT_RUNNING', `run '${runId}' does not run: it is ${before.toLowerCase()}`, '');
    }
    await client.workflow.getHandle(runId).cancel();
    context.out(`cancelling  ${runId}: its trainers save a checkpoint and stop`);
    if (!wait) return;
    const deadline = Date.now() + longestWaitMs;
    while (!context.signal.aborted) {
      const status = (await describeRun(client, runId)).status.name;
      if (status !== 'RUNNING') {
        const progress = await progressOf(client, runId);
        const saved = progress?.checkpoint ? `; last checkpoint ${progress.checkpoint}` : '';
        context.out(`${status.toLowerCase().padEnd(10)}  ${runId}${saved}`);
        if (status === 'CANCELLED') context.out(`go on with  ovis resume ${runId}`);
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
