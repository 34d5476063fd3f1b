import { createInterface } from 'node:readline/promises';
import { Command, InvalidArgumentError } from 'commander';
import type { Client } from '@temporalio/client';
import { applyOverrides, configChanges, meaningOfChanges, type RunConfig } from '@ovis/config';
import { describeResume, goOnSignalName, resumePoint, type ResumePoint } from '@ovis/workflows';
import { changeLines } from '../change-lines.ts';
import { findCluster } from '../cluster.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../errors.ts';
import { followRun } from '../follow/follow-run.ts';
import { originOf } from '../origin.ts';
import { checkRunId } from '../run-id.ts';
import { checkpointsOf, describeRun, memoOf, progressOf, type RunMemo } from '../runs.ts';
import { nextSteps, tryStartRun } from '../start-run.ts';
import { withTemporal } from '../temporal.ts';
import { collect, readRunFile } from './config.ts';

interface ResumeOptions {
  stage?: 1 | 2 | 3;
  from?: string;
  set: string[];
  config?: string;
  dryRun?: boolean;
  yes?: boolean;
  wait?: boolean;
}

export function resumeCommand(context: CliContext): Command {
  return new Command('resume')
    .description(
      'go on with a run that is paused, failed or was cancelled, from its last complete checkpoint',
    )
    .argument('<run>', 'id of the run')
    .option('--stage <n>', 'do this stage over, from the end of the stage before', stageNumber)
    .option('--from <checkpoint>', 'go on from this checkpoint (id or URL), not from the last one')
    .option(
      '--set <path=value>',
      'change a value of its config, e.g. stages.1.learningRate=5e-5 (repeatable)',
      collect,
      [],
    )
    .option('--config <file>', 'run file to go on with; needed when Temporal no longer knows the run')
    .option('--dry-run', 'only say what would be restored and what changes')
    .option('--yes', 'do not ask in a terminal')
    .option('--wait', 'follow the run to its end; the exit code says how it ended')
    .action((run: string, options: ResumeOptions) => resume(context, checkRunId(run), options));
}

async function resume(context: CliContext, runId: string, options: ResumeOptions): Promise<void> {
  const cluster = findCluster(context.env, context.cwd);
  await withTemporal(cluster, async (client) => {
    const before = await memoryOf(client, runId, options);
    if (before === 'paused') {
      if (options.dryRun === true) return context.out(`resume      ${runId} is paused and would go on`);
      await client.workflow.getHandle(runId).signal(goOnSignalName);
      context.out(`goes on     ${runId}, which was paused`);
      nextSteps(runId, cluster).forEach(context.out);
      if (options.wait === true) await followRun(context, cluster, client, runId);
      return;
    }
    const config = await configOf(context, before, runId, options);
    const checkpoints = await checkpointsOf(config.storage, runId, cluster.storageEnv);
    const point = resumePoint(checkpoints, { stage: options.stage, from: options.from });
    context.out(`run         ${runId}`);
    for (const { stage, step, totalSteps, complete } of checkpoints) {
      context.out(`found       stage ${stage} step ${step} of ${totalSteps}${complete ? ', complete' : ''}`);
    }
    context.out(`resume      ${describeResume(point)}`);
    const changed = sayChanges(context, before?.config, config, point);
    if (point.stage === 'evaluation' && config.evaluation === undefined) {
      throw new CliError(
        'NOTHING_TO_DO',
        `all stages of run '${runId}' are complete`,
        'submit a new run to train again',
      );
    }
    if (options.dryRun === true || !(await agreed(context, options))) {
      return context.out('nothing was started');
    }
    const started = await tryStartRun(client, {
      runId,
      config,
      origin: { ...before?.origin, ...(await originOf(context.cwd)) },
      resume: { ...point, ...(changed && !point.initial ? { acceptChanges: true } : {}) },
    });
    if (!started) throw running(runId);
    context.out(`started     ${runId}`);
    nextSteps(runId, cluster).forEach(context.out);
    if (options.wait === true) await followRun(context, cluster, client, runId);
  });
}

/**
 * Config and origin the run was submitted with; undefined when Temporal does not know it.
 * @throws CliError when the run may not be resumed
 */
async function memoryOf(
  client: Client,
  runId: string,
  options: ResumeOptions,
): Promise<RunMemo | 'paused' | undefined> {
  const description = await describeRun(client, runId).catch((error: unknown) => {
    if (!(error instanceof CliError) || error.code !== 'NO_RUN' || options.config === undefined) throw error;
    return undefined;
  });
  if (description === undefined) return undefined;
  const status = description.status.name;
  if (status === 'RUNNING') {
    const paused = (await progressOf(client, runId))?.status === 'paused';
    if (!paused) throw running(runId);
    const plain =
      options.set.length === 0 && [options.stage, options.from, options.config].every((o) => o === undefined);
    if (plain) return 'paused';
    throw new CliError(
      'RUN_PAUSED',
      `run '${runId}' is paused: it goes on as it is`,
      `'ovis resume ${runId}' without other options; or 'ovis cancel ${runId}', then resume it with them`,
    );
  }
  if (status === 'COMPLETED') {
    throw new CliError(
      'RUN_COMPLETED',
      `run '${runId}' is complete: there is nothing to resume`,
      `'ovis status ${runId}' shows its results; 'ovis rerun ${runId}' starts another one like it`,
    );
  }
  return memoOf(description);
}

async function configOf(
  context: CliContext,
  before: RunMemo | undefined,
  runId: string,
  options: ResumeOptions,
): Promise<RunConfig> {
  if (options.config !== undefined) return readRunFile(context, options.config, options.set);
  if (before !== undefined) return applyOverrides(before.config, options.set);
  throw new CliError(
    'NO_CONFIG',
    `Temporal does not know the config of run '${runId}'`,
    'give its run file: --config FILE',
  );
}

/** @returns whether anything changes @throws CliError when a change cannot be */
function sayChanges(
  context: CliContext,
  before: RunConfig | undefined,
  after: RunConfig,
  point: ResumePoint,
): boolean {
  if (before === undefined) return true;
  const inside = point.stage !== 'evaluation' && !point.initial;
  const changes = meaningOfChanges(configChanges(before, after), {
    stage: point.stage,
    inside,
    step: point.step,
    fresh: point.checkpointUrl === '',
  });
  changeLines(changes).forEach(context.out);
  const refused = changes.filter(({ effect }) => effect === 'refused');
  if (refused.length > 0) {
    throw new CliError(
      'CHANGE_REFUSED',
      `${refused.map(({ path, why }) => `${path} cannot change: ${why}`).join('; ')}`,
      inside
        ? `leave it, do the stage over with --stage ${point.stage}, or start another run with 'ovis rerun'`
        : "leave it, or start another run with 'ovis rerun'",
    );
  }
  return changes.length > 0;
}

/** Without a terminal, or with --yes, nobody is asked. */
async function agreed(context: CliContext, { yes }: ResumeOptions): Promise<boolean> {
  if (yes === true || context.terminal === undefined) return true;
  const lines = createInterface({ input: context.input, output: context.terminal });
  try {
    const answer = await lines.question('go on? [Y/n] ');
    return /^\s*(y|yes|)\s*$/i.test(answer);
  } finally {
    lines.close();
  }
}

function running(runId: string): CliError {
  return new CliError(
    'RUN_RUNNING',
    `run '${runId}' is running: it needs no resume`,
    `'ovis watch ${runId}' follows it; 'ovis cancel ${runId}' stops it first`,
  );
}

function stageNumber(value: string): 1 | 2 | 3 {
  if (value === '1' || value === '2' || value === '3') return Number(value) as 1 | 2 | 3;
  throw new InvalidArgumentError('It is 1, 2 or 3.');
}
