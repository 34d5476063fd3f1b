import { Command } from 'commander';
import { findCluster } from '../cluster.ts';
import type { CliContext } from '../context.ts';
import { followRun } from '../follow/follow-run.ts';
import { checkRunId } from '../run-id.ts';
import { describeRun } from '../runs.ts';
import { withTemporal } from '../temporal.ts';

export function watchCommand(context: CliContext): Command {
  return new Command('watch')
    .description('follow a run to its end; the exit code says how it ended (Ctrl-C only stops watching)')
    .argument('<run>', 'id of the run')
    .action(async (run: string) => {
      const runId = checkRunId(run);
      const cluster = findCluster(context.env, context.cwd);
      await withTemporal(cluster, async (client) => {
        await describeRun(client, runId);
        await followRun(context, cluster, client, runId);
      });
    });
}
