import { Command } from 'commander';
import type { Client } from '@temporalio/client';
import { applyOverrides, configChanges } from '@ovis/config';
import { findCluster } from '../cluster.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../errors.ts';
import { followRun } from '../follow/follow-run.ts';
import { originOf } from '../origin.ts';
import { planLines } from '../plan.ts';
import { checkRunId } from '../run-id.ts';
import { checkpointsOf, describeRun, memoOf } from '../runs.ts';
import { nextSteps, tryStartRun } from '../start-run.ts';
import { withTemporal } from '../temporal.ts';
import { collect } from './config.ts';

interface RerunOptions {
  set: string[];
  id?: string;
  wait?: boolean;
}

export function rerunCommand(context: CliContext): Command {
  return new Command('rerun')
    .description('start a new run with the config of another one, from the beginning')
    .argument('<run>', 'id of the run to do again')
    .option('--set <path=value>', 'change a value, e.g. seed=3 (repeatable)', collect, [])
    .option('--id <id>', 'id of the new run (default: that of the old one and a number)')
    .option('--wait', 'follow the run to its end; the exit code says how it ended')
    .action((run: string, options: RerunOptions) => rerun(context, checkRunId(run), options));
}

async function rerun(context: CliContext, oldId: string, options: RerunOptions): Promise<void> {
  const cluster = findCluster(context.env, context.cwd);
  await withTemporal(cluster, async (client) => {
    const memo = memoOf(await describeRun(client, oldId));
    if (memo === undefined) {
      throw new CliError(
        'NO_CONFIG',
        `Temporal does not know the config of run '${oldId}'`,
        "'ovis submit FILE --id NAME' starts a run from its file",
      );
    }
    const config = applyOverrides(memo.config, options.set);
    const runId = checkRunId(options.id ?? (await freeId(client, oldId)));
    planLines(runId, config).forEach(context.out);
    context.out('');
    for (const { path, before, after } of configChanges(memo.config, config)) {
      context.out(
        `changes     ${path}: ${JSON.stringify(before) ?? 'not set'} -> ${JSON.stringify(after) ?? 'not set'}`,
      );
    }
    const found = await checkpointsOf(config.storage, runId, cluster.storageEnv);
    if (found.length > 0) throw alreadyThere(runId, `has ${found.length} checkpoints in ${config.storage}`);
    const origin = { ...memo.origin, ...(await originOf(context.cwd)), rerunOf: oldId };
    if (!(await tryStartRun(client, { runId, config, origin })))
      throw alreadyThere(runId, 'is there already');
    context.out(`started     ${runId}, as ${oldId}`);
    nextSteps(runId, cluster).forEach(context.out);
    if (options.wait === true) await followRun(context, cluster, client, runId);
  });
}

/** `icons-r2` after `icons`, `icons-r3` after that. */
async function freeId(client: Client, oldId: string): Promise<string> {
  const [, stem = oldId, last = '1'] = /^(.*?)(?:-r(\d+))?$/.exec(oldId) ?? [];
  for (let number = Number(last) + 1; ; number++) {
    const id = `${stem}-r${number}`;
    const taken = await describeRun(client, id).then(
      () => true,
      (error: unknown) => {
        if (error instanceof CliError && error.code === 'NO_RUN') return false;
        throw error;
      },
    );
    if (!taken) return id;
  }
}

function alreadyThere(runId: string, why: string): CliError {
  return new CliError('RUN_EXISTS', `run '${runId}' ${why}`, '--id NAME gives the new run another id');
}
