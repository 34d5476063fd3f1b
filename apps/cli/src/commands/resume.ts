import { Command, InvalidArgumentError } from 'commander';
import type { Client } from '@temporalio/client';
import { describeResume, resumePoint } from '@ovis/workflows';
import { findCluster } from '../cluster.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../errors.ts';
import { followRun } from '../follow/follow-run.ts';
import { originOf } from '../origin.ts';
import { checkRunId } from '../run-id.ts';
import { checkpointsOf, describeRun, memoOf } from '../runs.ts';
import { nextSteps, tryStartRun } from '../start-run.ts';
import { withTemporal } from '../temporal.ts';
import { readRunFile } from './config.ts';

interface ResumeOptions {
  stage?: 1 | 2 | 3;
  config?: string;
  wait?: boolean;
}

export function resumeCommand(context: CliContext): Command {
  return new Command('resume')
    .description('go on with a run that failed or was cancelled, from its last complete checkpoint')
    .argument('<run>', 'id of the run')
    .option('--stage <n>', 'do this stage over, from the end of the stage before', stageNumber)
    .option('--config <file>', 'run file, when Temporal no longer knows the run')
    .option('--wait', 'follow the run to its end; the exit code says how it ended')
    .action((run: string, options: ResumeOptions) => resume(context, checkRunId(run), options));
}

async function resume(context: CliContext, runId: string, options: ResumeOptions): Promise<void> {
  const cluster = findCluster(context.env, context.cwd);
  await withTemporal(cluster, async (client) => {
    const { config, origin } = await configOf(context, client, runId, options.config);
    const checkpoints = await checkpointsOf(config.storage, runId, cluster.storageEnv);
    const point = resumePoint(checkpoints, options.stage);
    context.out(`run         ${runId}`);
    for (const { stage, step, totalSteps, complete } of checkpoints) {
      context.out(`found       stage ${stage} step ${step} of ${totalSteps}${complete ? ', complete' : ''}`);
    }
    context.out(`resume      ${describeResume(point)}`);
    if (point.stage === 'evaluation' && config.evaluation === undefined) {
      throw new CliError(
        'NOTHING_TO_DO',
        `all stages of run '${runId}' are complete`,
        'submit a new run to train again',
      );
    }
    const started = await tryStartRun(client, {
      runId,
      config,
      origin: { ...origin, ...(await originOf(context.cwd)) },
      resume: point,
    });
    if (!started) throw running(runId);
    context.out(`started     ${runId}`);
    nextSteps(runId, cluster).forEach(context.out);
    if (options.wait === true) await followRun(context, cluster, client, runId);
  });
}

/** The config the run was submitted with. @throws CliError when the run may not be resumed */
async function configOf(context: CliContext, client: Client, runId: string, file: string | undefined) {
  try {
    const description = await describeRun(client, runId);
    const status = description.status.name;
    if (status === 'RUNNING') throw running(runId);
    if (status === 'COMPLETED') {
      throw new CliError(
        'RUN_COMPLETED',
        `run '${runId}' is complete: there is nothing to resume`,
        `'ovis status ${runId}' shows its results; 'ovis submit ... --id NAME' starts another run`,
      );
    }
    const memo = memoOf(description);
    if (memo !== undefined) return memo;
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== 'NO_RUN' || file === undefined) throw error;
  }
  if (file !== undefined) return { config: await readRunFile(context, file, []), origin: {} };
  throw new CliError(
    'NO_CONFIG',
    `Temporal does not know the config of run '${runId}'`,
    'give its run file: --config FILE',
  );
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
