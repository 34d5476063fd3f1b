import { prepare, repoRoot, startCluster, taskListFor, type Cluster, type TaskList } from '@ovis/bootstrap';
import type { Client } from '@temporalio/client';
import { trainWorkflow, type TrainResult } from '@ovis/workflows';
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
import { demoConfig, profileRun } from './profiles.ts';
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
  const { run } = profileRun(o.profile);
  const toolchain = await prepare({ tasks });
  const root = repoRoot;
  const backbones = run === 'smollm2-icons' ? await realBackbones(tasks) : join(root, BACKBONES);
  const running: RunningDemo = {};
  const cluster = await startCluster({
    toolchain,
    trainers: o.trainers,
    tasks,
    onStopping: (reason) => {
      tasks.note(`\n${reason}: stopping trainers, controller and servers ...`);
      return running.interrupt?.(reason);
    },
  });
  try {
    const env = { ...o.context.env, ...cluster.env };
    const { bucket } = cluster.s3;
    await tasks.all([
      { title: 'Data', run: (task) => prepareData(`s3://${bucket}/data/icons`, env, task) },
      {
        title: 'Backbones',
        run: (task) => uploadFolder(backbones, `s3://${bucket}/backbones/${run}`, env, task),
      },
    ]);
    const config = await demoConfig(root, { ...o, bucket });
    const setupSeconds = (performance.now() - began) / 1000;
    return await trainAndReport({ o, cluster, config, env, tasks, setupSeconds, running });
  } finally {
    if (!o.keep) await cluster.stop();
  }
}

/** Loads TensorFlow, which the other profiles do without in this process. */
async function realBackbones(tasks: TaskList): Promise<string> {
  const { smollm2Backbones } = await import('./smollm2.ts');
  return smollm2Backbones(tasks);
}

/** What Ctrl-C has to end before the servers go away. */
interface RunningDemo {
  interrupt?: (reason: string) => Promise<void>;
}

interface Job {
  o: DemoOptions;
  cluster: Cluster;
  config: RunConfig;
  env: NodeJS.ProcessEnv;
  tasks: TaskList;
  setupSeconds: number;
  running: RunningDemo;
}

async function trainAndReport(job: Job): Promise<DemoResult> {
  const { o, cluster, config, env, tasks, setupSeconds, running } = job;
  const runId = `${config.name}-${new Date().toISOString().slice(0, 19).replaceAll(/[:T]/g, '-')}`;
  const temporal = {
    temporalAddress: cluster.temporalAddress,
    temporalNamespace: o.context.env['TEMPORAL_NAMESPACE'] || 'default',
    source: 'the local cluster',
    storageEnv: env,
  };
  return withTemporal(temporal, async (client: Client) => {
    const state = new RunState();
    if (cluster.processes().some(({ name }) => name === 'temporal')) await endInterrupted(client, tasks);
    const handle = await startRun(client, { config, runId });
    tasks.note(`\nRun ${runId}: set-up took ${duration(setupSeconds)}; training starts.`);
    if (cluster.temporalUi)
      tasks.note(
        `Follow it at ${cluster.temporalUi}/namespaces/default/workflows/${encodeURIComponent(runId)}\n`,
      );
    let stopping = false;
    const watching = watchRun(o.context, cluster.fleetAddress, runId, state);
    running.interrupt = async (reason) => {
      watching.abort();
      stopping = true;
      await handle.terminate(`the demo was stopped: ${reason}`);
      tasks.note(`Run ${runId} is interrupted; after 'ovis up', 'ovis resume ${runId}' goes on.`);
    };
    const trained = performance.now();
    let outcome: TrainResult;
    try {
      outcome = (await handle.result()) as TrainResult;
    } catch (error) {
      // Whoever got the signal ends this process when everything has stopped.
      if (stopping) await new Promise(() => {});
      throw runFailed(error, runId, cluster.logDir);
    } finally {
      running.interrupt = undefined;
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

/**
 * Runs of a demo that died without a word (SIGKILL, power) would take this one's trainers. Only on a server of our own:
 * on another one they may be somebody's work.
 */
async function endInterrupted(client: Client, tasks: TaskList): Promise<void> {
  const query = `WorkflowType = '${trainWorkflow}' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId } of client.workflow.list({ query })) {
    await client.workflow.getHandle(workflowId).terminate('interrupted: its cluster was stopped');
    tasks.note(`Run ${workflowId} was interrupted; 'ovis resume ${workflowId}' goes on with it.`);
  }
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
    abort: () => abort.abort(),
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
