import { cacheDirectory } from '../paths.ts';
import { resolveCuda } from './cuda.ts';
import { resolveLibtensorflow } from './libtensorflow.ts';
import { resolveS3 } from './s3.ts';
import { resolveSmollm2 } from './smollm2.ts';
import { TaskList } from './task-list.ts';
import { resolveTemporal } from './temporal.ts';
import type { Part, Toolchain } from './toolchain.ts';

export interface PrepareOptions {
  /** The caller prints JSON on stdout: progress goes to stderr, as plain lines. */
  json?: boolean;
  /** No progress at all. */
  quiet?: boolean;
  /** A list to append the steps to; made from `json` and `quiet` otherwise. */
  tasks?: TaskList;
  env?: NodeJS.ProcessEnv;
  /** Take the CUDA build of libtensorflow and fetch it if need be; `force`: although there is no NVIDIA driver. */
  cuda?: boolean;
  force?: boolean;
}

/** The list that fits the options: silent, plain on stderr beside JSON, else by terminal. */
export function taskListFor(options: { json?: boolean; quiet?: boolean }): TaskList {
  if (options.quiet) return new TaskList({ mode: 'silent' });
  return options.json ? new TaskList({ mode: 'plain', stream: process.stderr }) : new TaskList();
}

/**
 * Finds or fetches everything a run needs besides npm packages: the Temporal server, libtensorflow and an S3 server.
 * Each is taken from what the user named, what is installed, the cache, or fetched, in this order.
 * @throws BootstrapError with what was tried, why it failed and how to fix it
 */
export async function prepare(options: PrepareOptions = {}): Promise<Toolchain> {
  const env = options.env ?? process.env;
  const cacheDir = cacheDirectory(env);
  const tasks = options.tasks ?? taskListFor(options);
  // Ctrl-C ends a download at once, whoever else listens for it: what is half-fetched lies in the staging directory,
  // where the next set-up removes it.
  const removeHandlers = exitOnSignals();
  try {
    const [temporal, libtensorflow, s3] = await tasks.all([
      { title: 'Temporal server', run: (task) => resolveTemporal({ cacheDir, env, task }) },
      {
        title: 'TensorFlow library',
        run: (task) =>
          options.cuda
            ? resolveCuda({ cacheDir, env, task, force: options.force })
            : resolveLibtensorflow({ cacheDir, env, task }),
      },
      { title: 'S3 server', run: (task) => resolveS3({ cacheDir, env, task }) },
    ]);
    return { cacheDir, temporal, libtensorflow, s3 };
  } finally {
    removeHandlers();
  }
}

/**
 * Finds or fetches libtensorflow alone, for programs that only compute.
 * @throws BootstrapError as {@link prepare}
 */
export async function prepareEngine(
  options: Pick<PrepareOptions, 'json' | 'quiet' | 'tasks' | 'env'> = {},
): Promise<Part> {
  const env = options.env ?? process.env;
  const tasks = options.tasks ?? taskListFor(options);
  const removeHandlers = exitOnSignals();
  try {
    return await tasks.step('TensorFlow library', (task) =>
      resolveLibtensorflow({ cacheDir: cacheDirectory(env), env, task }),
    );
  } finally {
    removeHandlers();
  }
}

/**
 * Finds or fetches the weights of SmolLM2-135M-Instruct (93 MB), which no run needs but the one on them.
 * @returns path of the GGUF file
 * @throws BootstrapError as {@link prepare}
 */
export async function prepareSmollm2(
  options: Pick<PrepareOptions, 'json' | 'quiet' | 'tasks' | 'env'> = {},
): Promise<string> {
  const env = options.env ?? process.env;
  const tasks = options.tasks ?? taskListFor(options);
  const removeHandlers = exitOnSignals();
  try {
    return await tasks.step('SmolLM2 weights', (task) =>
      resolveSmollm2({ cacheDir: cacheDirectory(env), env, task }),
    );
  } finally {
    removeHandlers();
  }
}

function exitOnSignals(): () => void {
  const handlers = Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }).map(([signal, code]) => {
    const handler = () => process.exit(code);
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  return () => handlers.forEach((remove) => remove());
}
