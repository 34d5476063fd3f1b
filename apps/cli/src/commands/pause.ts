import { Command } from 'commander';
import { pauseSignalName } from '@ovis/workflows';
import { findCluster } from '../cluster.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../errors.ts';
import { checkRunId } from '../run-id.ts';
import { describeRun, progressOf } from '../runs.ts';
import { checkIsRunning, waitForStop } from '../stop-run.ts';
import { withTemporal } from '../temporal.ts';

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
    await checkIsRunning(client, runId);
    await client.workflow.getHandle(runId).signal(pauseSignalName);
    context.out(`pausing     ${runId}: its trainers save a checkpoint and stop`);
    if (!wait) return;
    await waitForStop(context, runId, async () => {
      const { status } = await describeRun(client, runId);
      if (status.name !== 'RUNNING') {
        throw new CliError(
          'ENDED',
          `run '${runId}' has ended meanwhile: ${status.name.toLowerCase()}`,
          `'ovis status ${runId}' says how`,
        );
      }
      const progress = await progressOf(client, runId);
      if (progress?.status !== 'paused') return false;
      const saved = progress.checkpoint ? `; checkpoint ${progress.checkpoint}` : '';
      context.out(`paused      ${runId}${saved}`);
      context.out(`go on with  ovis resume ${runId}`);
      return true;
    });
  });
}
