import { Command } from 'commander';
import { findCluster } from '../cluster.ts';
import type { CliContext } from '../context.ts';
import { checkRunId } from '../run-id.ts';
import { describeRun, progressOf } from '../runs.ts';
import { checkIsRunning, waitForStop } from '../stop-run.ts';
import { withTemporal } from '../temporal.ts';

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
    await checkIsRunning(client, runId);
    await client.workflow.getHandle(runId).cancel();
    context.out(`cancelling  ${runId}: its trainers save a checkpoint and stop`);
    if (!wait) return;
    await waitForStop(context, runId, async () => {
      const status = (await describeRun(client, runId)).status.name;
      if (status === 'RUNNING') return false;
      const progress = await progressOf(client, runId);
      const saved = progress?.checkpoint ? `; last checkpoint ${progress.checkpoint}` : '';
      context.out(`${status.toLowerCase().padEnd(10)}  ${runId}${saved}`);
      if (status === 'CANCELLED') context.out(`go on with  ovis resume ${runId}`);
      return true;
    });
  });
}
