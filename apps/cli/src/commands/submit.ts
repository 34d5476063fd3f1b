import { Command } from 'commander';
import { findCluster } from '../cluster.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../errors.ts';
import { followRun } from '../follow/follow-run.ts';
import { originOf } from '../origin.ts';
import { planLines } from '../plan.ts';
import { checkRunId, runIdOf } from '../run-id.ts';
import { checkpointsOf, describeRun } from '../runs.ts';
import { nextSteps, tryStartRun } from '../start-run.ts';
import { withTemporal } from '../temporal.ts';
import { collect, readRunFile } from './config.ts';

interface SubmitOptions {
  set: string[];
  priority?: string;
  id?: string;
  wait?: boolean;
}

export function submitCommand(context: CliContext): Command {
  return new Command('submit')
    .description('check a run file, print the plan, and start the run')
    .argument('<file>', 'run file (YAML)')
    .option('--set <path=value>', 'change a value, e.g. stages.0.steps=10 (repeatable)', collect, [])
    .option('--id <id>', 'id of the run (default: name and a hash of the config, so that a file is one run)')
    .option(
      '--priority <n>',
      'of the runs that wait for trainers the highest gets them first; same as --set priority=N',
    )
    .option('--wait', 'follow the run to its end; the exit code says how it ended')
    .action((file: string, options: SubmitOptions) => submit(context, file, options));
}

async function submit(context: CliContext, file: string, options: SubmitOptions): Promise<void> {
  const priority = options.priority === undefined ? [] : [`priority=${options.priority}`];
  const config = await readRunFile(context, file, [...options.set, ...priority]);
  const runId = checkRunId(options.id ?? runIdOf(config));
  planLines(runId, config).forEach(context.out);
  const cluster = findCluster(context.env, context.cwd);
  const origin = await originOf(context.cwd);
  await withTemporal(cluster, async (client) => {
    const started = async () => {
      // Also the first look at the storage: a missing bucket or wrong keys show here and not in the middle.
      const found = await checkpointsOf(config.storage, runId, cluster.storageEnv);
      const running = await describeRun(client, runId).then(
        ({ status }) => status.name === 'RUNNING',
        () => false,
      );
      if (found.length > 0 && !running)
        throw alreadyThere(runId, `has ${found.length} checkpoints in ${config.storage}`);
      return !running && (await tryStartRun(client, { runId, config, origin }));
    };
    if (await started()) {
      context.out('');
      context.out(`started     ${runId}`);
    } else {
      const { status } = await describeRun(client, runId);
      if (status.name !== 'RUNNING') throw alreadyThere(runId, `ended before (${status.name.toLowerCase()})`);
      context.out('');
      context.out(`running     ${runId} was submitted before and goes on; nothing was started`);
    }
    nextSteps(runId, cluster).forEach(context.out);
    if (options.wait === true) await followRun(context, cluster, client, runId);
  });
}

function alreadyThere(runId: string, why: string): CliError {
  return new CliError(
    'RUN_EXISTS',
    `run '${runId}' ${why}`,
    `'ovis resume ${runId}' goes on with it; 'ovis submit ... --id NAME' starts another one`,
  );
}
