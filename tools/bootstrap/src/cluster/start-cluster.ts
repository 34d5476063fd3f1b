import fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BootstrapError } from '../errors.ts';
import { stateDirectory } from '../paths.ts';
import { requireDirectory } from '../setup/disk.ts';
import { taskListFor } from '../setup/prepare.ts';
import { withFileLock } from '../setup/file-lock.ts';
import type { TaskList } from '../setup/task-list.ts';
import type { Toolchain } from '../setup/toolchain.ts';
import { endRecorded } from './process-identity.ts';
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
import { startParts } from './start-parts.ts';
import { Supervisor, type ProcessEvent, type RestartPolicy } from './supervisor.ts';

export interface ClusterOptions {
  toolchain: Toolchain;
  /** number of trainer processes; 0 starts none (others may join) */
  trainers: number;
  /** further trainers, started and idle, that take the place of one that is lost */
  spares?: number;
  /** metrics of the controller, and above it of the trainers; 0: free ports; default: none */
  metricsPort?: number;
  /** default: .ovis in the repository */
  stateDir?: string;
  /** default: true; false starts only the servers (for tests of one part) */
  controller?: boolean;
  tasks?: TaskList;
  /** Stop on SIGINT, SIGTERM and SIGHUP and end this process; default true. */
  handleSignals?: boolean;
  /** Called at the beginning of a stop by signal, while everything still runs; waited for, but not for long. */
  onStopping?: (reason: string) => void | Promise<void>;
  /** Wait until the trainers have registered with the controller; default true. */
  waitForTrainers?: boolean;
  restart?: RestartPolicy;
  env?: NodeJS.ProcessEnv;
  /** More of a trainer's environment, by its number from 1: its ports, for instance. */
  trainerEnv?: (index: number) => NodeJS.ProcessEnv;
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
/** How long `onStopping` may take. */
const LAST_WORDS_MS = 2_000;

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
    removeHandlers = stopOnSignals(async (reason) => {
      const last = Promise.resolve(options.onStopping?.(reason)).catch(() => undefined);
      await Promise.race([last, sleep(LAST_WORDS_MS)]);
      await stop();
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
