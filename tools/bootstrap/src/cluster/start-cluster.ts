import fs from 'node:fs/promises';
import path from 'node:path';
import { BootstrapError } from '../errors.ts';
import { stateDirectory } from '../paths.ts';
import { requireDirectory } from '../setup/disk.ts';
import { taskListFor } from '../setup/prepare.ts';
import { withFileLock } from '../setup/file-lock.ts';
import type { TaskHandle, TaskList } from '../setup/task-list.ts';
import type { Toolchain } from '../setup/toolchain.ts';
import { controllerReady, controllerSpec, registeredTrainers, trainerSpec } from './app-specs.ts';
import { choosePort, freePorts } from './ports.ts';
import { endRecorded } from './process-identity.ts';
import { ensureClusterBucket, removeSeaweedSockets, s3Keys, s3Ready, seaweedSpec } from './s3-server.ts';
import {
  clusterEnv,
  clusterFile,
  ownIdentity,
  readClusterState,
  removeClusterState,
  runningCluster,
  writeClusterState,
  type ClusterState,
  type ProcessRecord,
  type S3Access,
} from './state.ts';
import { stopOnSignals } from './stop-signals.ts';
import { Supervisor, TIER, type ProcessEvent, type RestartPolicy } from './supervisor.ts';
import { extendRetention, temporalReady, temporalSpec } from './temporal-server.ts';

export interface ClusterOptions {
  toolchain: Toolchain;
  /** number of trainer processes; 0 starts none (others may join) */
  trainers: number;
  /** default: .ovis in the repository */
  stateDir?: string;
  /** default: true; false starts only the servers (for tests of one part) */
  controller?: boolean;
  tasks?: TaskList;
  /** Stop on SIGINT, SIGTERM and SIGHUP and end this process; default true. */
  handleSignals?: boolean;
  /** Called at the begin of a stop by signal, for a last message. */
  onStopping?: (reason: string) => void;
  /** Wait until the trainers have registered with the controller; default true. */
  waitForTrainers?: boolean;
  restart?: RestartPolicy;
  env?: NodeJS.ProcessEnv;
}

/** A running cluster of this machine. */
export interface Cluster {
  /** what other processes need to use it: TEMPORAL_ADDRESS, OVIS_FLEET_ADDRESS, AWS_*, OVIS_BUCKET, LIBTENSORFLOW_PATH */
  readonly env: Record<string, string>;
  readonly temporalAddress: string;
  /** address of Temporal's web page; absent for an external server */
  readonly temporalUi?: string;
  readonly fleetAddress: string;
  readonly s3: S3Access;
  readonly stateDir: string;
  readonly logDir: string;
  processes(): ProcessRecord[];
  /** Exits and restarts of trainers. @returns a function that removes the listener */
  onTrainerEvent(listener: (event: ProcessEvent) => void): () => void;
  /** The same for every process. */
  onProcessEvent(listener: (event: ProcessEvent) => void): () => void;
  /** Stops everything this cluster started: trainers, controller, servers. Safe to call more than once. */
  stop(): Promise<void>;
}

/** Databases and checkpoints of a demo need about this much; less is an error before anything starts. */
const STATE_BYTES = 500e6;
const TRAINER_READY_MS = 60_000;

/**
 * Starts what `toolchain` says is not external: Temporal, S3, the controller and the trainers.
 * Whatever happens to this process, what it started is ended: by signal, by exit, or (SIGKILL) by the guard process.
 * @throws BootstrapError ALREADY_RUNNING, PORT_IN_USE, START_FAILED, STATE_UNWRITABLE, DISK_FULL, BAD_CREDENTIALS, NO_BUCKET
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const stateDir = path.resolve(options.stateDir ?? stateDirectory());
  const tasks = options.tasks ?? taskListFor({});
  await requireDirectory(stateDir, {
    what: 'state',
    variable: 'OVIS_STATE_DIR',
    code: 'STATE_UNWRITABLE',
    bytes: STATE_BYTES,
  });
  const state = await claim(stateDir, tasks);
  const logDir = path.join(stateDir, 'logs');
  const save = () => writeClusterState(stateDir, { ...state, processes: supervisor.records() });
  const supervisor = new Supervisor({ logDir, onChange: save, policy: options.restart });
  const afterStop: (() => void)[] = [];
  let removeHandlers = () => {};
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= supervisor.stop().then(() => {
      for (const cleanUp of afterStop) cleanUp();
      removeHandlers();
      removeClusterState(stateDir);
    });
    return stopped;
  };
  if (options.handleSignals !== false) {
    removeHandlers = stopOnSignals((reason) => {
      options.onStopping?.(reason);
      return stop();
    });
  }
  try {
    await startParts({ options, state, stateDir, supervisor, tasks, afterStop });
    save();
  } catch (error) {
    await stop();
    throw error;
  }
  const isTrainer = (event: ProcessEvent) => event.name.startsWith('trainer-');
  return {
    env: clusterEnv(state),
    temporalAddress: state.temporalAddress,
    temporalUi: state.temporalUi,
    fleetAddress: state.fleetAddress,
    s3: state.s3,
    stateDir,
    logDir,
    processes: () => supervisor.records(),
    onTrainerEvent: (listener) => supervisor.onEvent((event) => isTrainer(event) && listener(event)),
    onProcessEvent: (listener) => supervisor.onEvent(listener),
    stop,
  };
}

/** Makes this process the supervisor of the state directory; ends what a dead one left behind. */
async function claim(stateDir: string, tasks: TaskList): Promise<ClusterState> {
  return withFileLock(path.join(stateDir, 'cluster.lock'), async () => {
    const running = runningCluster(stateDir);
    if (running) {
      throw new BootstrapError(
        'ALREADY_RUNNING',
        `a cluster of this directory runs already: pid ${running.supervisor.pid}, since ${running.startedAt} (${clusterFile(stateDir)})`,
        { hint: 'stop it with `npm run ovis -- down`, or use another directory: OVIS_STATE_DIR=/elsewhere' },
      );
    }
    const orphans = await endRecorded(readClusterState(stateDir)?.processes ?? []);
    if (orphans.length > 0) {
      tasks.warn(
        `ended ${orphans.length} processes that an earlier start left behind (pids ${orphans.map((o) => o.pid).join(', ')})`,
      );
    }
    const state: ClusterState = {
      supervisor: ownIdentity(),
      startedAt: new Date().toISOString(),
      temporalAddress: '',
      fleetAddress: '',
      s3: { bucket: 'ovis', region: 'us-east-1' },
      processes: [],
    };
    writeClusterState(stateDir, state);
    await fs.mkdir(path.join(stateDir, 'logs'), { recursive: true });
    return state;
  });
}

interface StartContext {
  options: ClusterOptions;
  /** filled in as the parts come up */
  state: ClusterState;
  stateDir: string;
  supervisor: Supervisor;
  tasks: TaskList;
  /** small clean-ups when every process has ended */
  afterStop: (() => void)[];
}

async function startParts(context: StartContext): Promise<void> {
  const { options, state, supervisor, tasks } = context;
  const env = options.env ?? process.env;
  state.libtensorflow = options.toolchain.libtensorflow.path;
  await tasks.all([
    { title: 'Start Temporal', run: (task) => startTemporal(context, env, task) },
    { title: 'Start S3', run: (task) => startS3(context, env, task) },
  ]);
  if (options.controller === false) return;
  await tasks.step('Start controller', async (task) => {
    const { port, note } = await choosePort('fleet', env);
    if (note) task.warn(note);
    state.fleetAddress = `127.0.0.1:${port}`;
    await supervisor.start(controllerSpec({ env: clusterEnv(state), port }), {
      tier: TIER.controller,
      ready: () => controllerReady(state.fleetAddress),
      timeoutMs: 60_000,
    });
    task.result(`at ${state.fleetAddress}`);
  });
  if (options.trainers < 1) return;
  await tasks.step(`Start ${options.trainers} trainers`, (task) => startTrainers(context, task));
}

async function startTemporal(context: StartContext, env: NodeJS.ProcessEnv, task: TaskHandle): Promise<void> {
  const { options, state, stateDir, supervisor } = context;
  const part = options.toolchain.temporal;
  if (part.kind === 'external' || !part.path) {
    state.temporalAddress = part.address ?? '';
    task.result(`running at ${state.temporalAddress}`);
    return;
  }
  const binary = part.path;
  await retryPorts(async (again) => {
    const grpc = await choosePort('temporal', env, { avoidUsual: again });
    const ui = await choosePort('temporalUi', env, { avoidUsual: again });
    for (const { note } of [grpc, ui]) if (note) task.warn(note);
    state.temporalAddress = `127.0.0.1:${grpc.port}`;
    state.temporalUi = `http://127.0.0.1:${ui.port}`;
    const spec = temporalSpec({ binary, stateDir, port: grpc.port, uiPort: ui.port });
    await supervisor.start(spec, {
      tier: TIER.server,
      ready: () => temporalReady(binary, state.temporalAddress),
    });
  });
  const note = await extendRetention(binary, state.temporalAddress);
  if (note) task.warn(note);
  task.result(`at ${state.temporalAddress}, page ${state.temporalUi}`);
}

async function startS3(context: StartContext, env: NodeJS.ProcessEnv, task: TaskHandle): Promise<void> {
  const { options, state, stateDir, supervisor } = context;
  const part = options.toolchain.s3;
  const bucket = env.OVIS_BUCKET || 'ovis';
  if (part.kind === 'external' || !part.path) {
    state.s3 = {
      endpoint: env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL,
      accessKeyId: env.AWS_ACCESS_KEY_ID,
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
      bucket,
      region: env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1',
    };
    await ensureClusterBucket(state.s3);
    task.result(`running at ${part.address}, bucket ${bucket}`);
    return;
  }
  const binary = part.path;
  const { configFile, ...keys } = s3Keys(stateDir);
  await retryPorts(async (again) => {
    const { port, note } = await choosePort('s3', env, { avoidUsual: again });
    if (note) task.warn(note);
    state.s3 = { endpoint: `http://127.0.0.1:${port}`, ...keys, bucket, region: 'us-east-1' };
    const ports = { s3: port, inner: await freePorts(7) };
    context.afterStop.push(() => removeSeaweedSockets(ports));
    await supervisor.start(seaweedSpec({ binary, stateDir, configFile, ports }), {
      tier: TIER.server,
      ready: () => s3Ready(state.s3),
      timeoutMs: 60_000,
    });
  });
  task.result(`at ${state.s3.endpoint}, bucket ${bucket}`);
}

async function startTrainers(context: StartContext, task: TaskHandle): Promise<void> {
  const { options, state, supervisor } = context;
  const { trainers } = options;
  const started = await Promise.all(
    Array.from({ length: trainers }, (_, index) =>
      supervisor.start(trainerSpec({ env: clusterEnv(state), index: index + 1, trainers }), {
        tier: TIER.trainer,
      }),
    ),
  );
  if (options.waitForTrainers === false) return;
  const expected = started.map((one) => one.spec.name);
  const isHere = async () => {
    const here = (await registeredTrainers(state.fleetAddress)) ?? [];
    const count = expected.filter((id) => here.includes(id)).length;
    task.update(`${count} of ${trainers} have registered`);
    return count === trainers;
  };
  const [first] = started;
  await first?.waitUntil(isHere, TRAINER_READY_MS);
  task.result(`${trainers} registered`);
}

/** Another program may take a port between our look and the server's start: one more attempt, with other ports. */
async function retryPorts(start: (again: boolean) => Promise<void>): Promise<void> {
  try {
    await start(false);
  } catch (error) {
    const taken =
      error instanceof BootstrapError && /address already in use|port.* in use/i.test(error.message);
    if (!taken || error.code === 'PORT_IN_USE') throw error;
    await start(true);
  }
}
