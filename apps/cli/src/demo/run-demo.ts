import { prepare, repoRoot, startCluster, taskListFor, type Cluster, type TaskList } from '@ovis/bootstrap';
import type { Client } from '@temporalio/client';
import type { TrainResult } from '@ovis/workflows';
import { copyFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunConfig } from '@ovis/config';
import type { CliContext } from '../context.ts';
import { CliError } from '../errors.ts';
import { startRun } from '../start-run.ts';
import { withTemporal } from '../temporal.ts';
import { BACKBONES } from './backbones.ts';
import { stream } from '../follow/follow-run.ts';
import { RunState } from '../follow/run-state.ts';
import { duration } from '../format.ts';
import { prepareData, uploadFolder } from './prepare-data.ts';
import { demoConfig } from './profiles.ts';
import { writeReport, type DemoResult } from './report.ts';

export interface DemoOptions {
  profile: string;
  trainers: number;
  /** Where to write the result as JSON. */
  json?: string;
  /** `--set path=value` of the run file. */
  set: string[];
  /** Leave the cluster running afterwards. */
  keep: boolean;
  context: CliContext;
}

/**
 * The main job: set-up, a cluster on this machine, the three stages, the evaluation, and what the model learned.
 * Whatever it starts is stopped at the end, also on Ctrl-C.
 */
export async function runDemo(o: DemoOptions): Promise<DemoResult> {
  const began = performance.now();
  const tasks = taskListFor({});
  const toolchain = await prepare({ tasks });
  const root = repoRoot;
  const cluster = await startCluster({
    toolchain,
    trainers: o.trainers,
    tasks,
    onStopping: (reason) => tasks.note(`\n${reason}: stopping trainers, controller and servers ...`),
  });
  try {
    const env = { ...o.context.env, ...cluster.env };
    const { bucket } = cluster.s3;
    await tasks.all([
      { title: 'Data', run: (task) => prepareData(`s3://${bucket}/data/icons`, env, task) },
      {
        title: 'Backbones',
        run: (task) => uploadFolder(join(root, BACKBONES), `s3://${bucket}/backbones/icons`, env, task),
      },
    ]);
    const config = await demoConfig(root, { ...o, bucket });
    const setupSeconds = (performance.now() - began) / 1000;
    return await trainAndReport({ o, cluster, config, env, tasks, setupSeconds });
  } finally {
    if (!o.keep) await cluster.stop();
  }
}

interface Job {
  o: DemoOptions;
  cluster: Cluster;
  config: RunConfig;
  env: NodeJS.ProcessEnv;
  tasks: TaskList;
  setupSeconds: number;
}

async function trainAndReport({ o, cluster, config, env, tasks, setupSeconds }: Job): Promise<DemoResult> {
  const runId = `${config.name}-${new Date().toISOString().slice(0, 19).replaceAll(/[:T]/g, '-')}`;
  const temporal = {
    temporalAddress: cluster.temporalAddress,
    temporalNamespace: o.context.env['TEMPORAL_NAMESPACE'] || 'default',
    source: 'the local cluster',
    storageEnv: env,
  };
  return withTemporal(temporal, async (client: Client) => {
    const state = new RunState();
    const handle = await startRun(client, { config, runId });
    tasks.note(`\nRun ${runId}: set-up took ${duration(setupSeconds)}; training starts.`);
    if (cluster.temporalUi)
      tasks.note(
        `Follow it at ${cluster.temporalUi}/namespaces/default/workflows/${encodeURIComponent(runId)}\n`,
      );
    const watching = watchRun(o.context, cluster.fleetAddress, runId, state);
    const trained = performance.now();
    let outcome: TrainResult;
    try {
      outcome = (await handle.result()) as TrainResult;
    } catch (error) {
      throw runFailed(error, runId, cluster.logDir);
    } finally {
      await watching.stop();
    }
    const trainingSeconds = (performance.now() - trained) / 1000;
    if (!outcome.resultUrl)
      throw new CliError('NO_RESULT', `run ${runId} has no evaluation`, 'Add evaluation: to its run file.');
    const { result, table } = await writeReport({
      runId,
      predictionsUrl: `${config.storage}/${runId}/evaluation/predictions.jsonl`,
      dataset: config.evaluation?.dataset ?? '',
      checkpointUrl: outcome.checkpointUrl,
      state,
      folder: join(cluster.stateDir, 'runs', runId),
      env,
      facts: {
        profile: o.profile,
        trainers: o.trainers,
        setupSeconds,
        trainingSeconds,
        temporalUi: cluster.temporalUi,
        logs: cluster.logDir,
      },
    });
    if (o.json) await copyFile(result.paths.result, resolve(o.json));
    printResult(tasks, result, table, trainingSeconds);
    return result;
  });
}

function printResult(tasks: TaskList, result: DemoResult, table: string, seconds: number): void {
  tasks.note(
    `\nTrained and evaluated in ${duration(seconds)}. Questions about drawings of an artist it never saw:\n`,
  );
  tasks.note(table);
  tasks.note('\nWhat it made:');
  for (const [what, path] of Object.entries(result.paths)) tasks.note(`  ${what.padEnd(12)} ${path}`);
}

/** Shows the run in the background until it is told to stop; comes back when the controller was away. */
function watchRun(context: CliContext, address: string, runId: string, state: RunState) {
  const abort = new AbortController();
  const follow = async () => {
    while (!abort.signal.aborted) {
      if (await stream(context, address, runId, { state, signal: abort.signal })) return;
      await sleep(500, undefined, { signal: abort.signal }).catch(() => {});
    }
  };
  const ended = follow();
  return {
    /** Ends at the run's last event, which may come a moment after its result. */
    stop: async () => {
      const late = setTimeout(() => abort.abort(), 2_000);
      await ended;
      clearTimeout(late);
    },
  };
}

function runFailed(error: unknown, runId: string, logDir: string): CliError {
  let cause = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  const message = cause instanceof Error ? cause.message : String(error);
  return new CliError(
    'RUN_FAILED',
    `run ${runId} failed: ${message}`,
    `Logs are in ${logDir}. Start the cluster with 'ovis up', then 'ovis resume ${runId}' goes on from its last checkpoint.`,
    error,
  );
}
