import { startCluster } from './cluster/start-cluster.ts';
import { stopCluster } from './cluster/stop-cluster.ts';
import { describeDiagnosis } from './doctor/print.ts';
import { examine } from './doctor/examine.ts';
import { BootstrapError, describeError } from './errors.ts';
import { cacheDirectory } from './paths.ts';
import { planCuda } from './setup/cuda.ts';
import { describeCudaPlan } from './setup/describe-cuda-plan.ts';
import { freeBytes } from './setup/disk.ts';
import { formatSeconds } from './setup/format.ts';
import { findDriver } from './setup/nvidia.ts';
import { prepare, taskListFor } from './setup/prepare.ts';
import { toolchainEnv } from './setup/toolchain.ts';

/** The commands `setup`, `doctor`, `up` and `down`. Each prints and returns the exit code. */

export interface OutputOptions {
  /** one JSON document on stdout; progress goes to stderr */
  json?: boolean;
  quiet?: boolean;
}

export interface SetupOptions extends OutputOptions {
  /** the CUDA build of libtensorflow with NVIDIA's libraries */
  cuda?: boolean;
  /** with `cuda`: although there is no NVIDIA driver */
  force?: boolean;
  /** with `cuda`: only say what would be fetched */
  dryRun?: boolean;
}

/** Fetches what is missing and says where each part is. */
export function runSetup(options: SetupOptions = {}): Promise<number> {
  return reporting(async () => {
    if (!options.cuda && (options.force || options.dryRun)) {
      throw new BootstrapError('BAD_OPTION', `--${options.force ? 'force' : 'dry-run'} is for --cuda only`, {
        hint: 'add --cuda, or leave it out',
      });
    }
    if (options.dryRun) {
      const cacheDir = cacheDirectory();
      const plan = {
        ...(await planCuda(cacheDir)),
        driver: await findDriver(),
        free: await freeBytes(cacheDir),
      };
      console.log(options.json ? JSON.stringify(plan, null, 2) : describeCudaPlan(plan));
      return 0;
    }
    const toolchain = await prepare(options);
    if (options.json) console.log(JSON.stringify({ ...toolchain, env: toolchainEnv(toolchain) }, null, 2));
    return 0;
  });
}

/** Looks at everything. @returns 1 when something is wrong that a run needs */
export function runDoctor(options: Pick<OutputOptions, 'json'> = {}): Promise<number> {
  return reporting(async () => {
    const diagnosis = await examine();
    console.log(options.json ? JSON.stringify(diagnosis, null, 2) : describeDiagnosis(diagnosis));
    return diagnosis.ok ? 0 : 1;
  });
}

export interface UpOptions extends OutputOptions {
  trainers: number;
  /** idle trainers that take the place of one that is lost */
  spares?: number;
  /** metrics of the controller at this port, of trainer i at the port i above it; 0: free ones, named in the logs; default: none */
  metricsPort?: number;
  /** for tests: called when the cluster is up; default waits until a signal stops it */
  whenUp?: () => Promise<void>;
}

/** Starts a local cluster and keeps it until Ctrl-C or `ovis down`. */
export function runUp(options: UpOptions): Promise<number> {
  return reporting(async () => {
    const tasks = taskListFor(options);
    const toolchain = await prepare({ ...options, tasks });
    let began = 0;
    const cluster = await startCluster({
      toolchain,
      trainers: options.trainers,
      spares: options.spares,
      metricsPort: options.metricsPort,
      tasks,
      onStopping: (reason) => {
        began = Date.now();
        tasks.note(`${reason}: stopping`);
        process.once('exit', () => tasks.note(`stopped in ${formatSeconds(Date.now() - began)}`));
      },
    });
    cluster.onProcessEvent((event) => tasks.warn(event.message));
    if (options.json)
      console.log(JSON.stringify({ env: cluster.env, temporalUi: cluster.temporalUi }, null, 2));
    tasks.note(`\nThe cluster is up. Submit a run from another terminal: npm run ovis -- submit run.yaml`);
    if (cluster.temporalUi) tasks.note(`Follow it on Temporal's page: ${cluster.temporalUi}`);
    tasks.note(`Logs: ${cluster.logDir}. Ctrl-C, or \`npm run ovis -- down\`, stops it.`);
    await (options.whenUp?.() ?? new Promise(() => setInterval(() => {}, 1 << 30)));
    await cluster.stop();
    return 0;
  });
}

/** Stops the cluster of this clone, from any terminal. */
export function runDown(): Promise<number> {
  return reporting(async () => {
    const began = Date.now();
    const { supervisor, orphans } = await stopCluster();
    const what = supervisor
      ? `the cluster of pid ${supervisor}`
      : `${orphans.length} processes of a start that had ended`;
    console.log(`stopped ${what} in ${formatSeconds(Date.now() - began)}`);
    return 0;
  });
}

/** Errors become a message with what was tried and how to fix it, and exit code 1. */
async function reporting(run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    console.error(`error: ${describeError(error)}`);
    return 1;
  }
}
