import fs from 'node:fs/promises';
import path from 'node:path';
import { BootstrapError } from '../errors.ts';
import { readSlot, slotDirectory, type CacheSlot } from './cache.ts';
import { cachedCuda } from './cuda.ts';
import { fetchWheel } from './fetch-wheel.ts';
import { hasNvidiaDevice } from './nvidia.ts';
import { platformKey, TENSORFLOW_FILES, TENSORFLOW_VERSION, TENSORFLOW_WHEELS } from './pins.ts';
import { runCommand } from './run-command.ts';
import type { ResolveOptions } from './temporal.ts';
import type { Part } from './toolchain.ts';

/**
 * Finds libtensorflow: LIBTENSORFLOW_PATH, the cached CUDA build where there is an NVIDIA driver, an installed Python package
 * of the same version (it may be a CUDA build), the cache, the pinned wheel for CPUs; else the WASM backend, with a warning.
 * @throws BootstrapError PART_UNUSABLE when LIBTENSORFLOW_PATH names nothing usable, DISK_FULL, CACHE_UNWRITABLE
 */
export async function resolveLibtensorflow(
  options: ResolveOptions & { hasDevice?: () => Promise<boolean> },
): Promise<Part> {
  const { env, task, cacheDir } = options;
  if (env.LIBTENSORFLOW_PATH) {
    const library = await namedLibrary(env.LIBTENSORFLOW_PATH);
    task.result(`${library} (LIBTENSORFLOW_PATH)`);
    return { kind: 'library', source: 'named', from: 'LIBTENSORFLOW_PATH', path: library };
  }
  const slot: CacheSlot = { cacheDir, name: 'libtensorflow', version: `${TENSORFLOW_VERSION}-cpu` };
  const cached = await readSlot(slot, TENSORFLOW_FILES);
  const device = await (options.hasDevice ?? hasNvidiaDevice)();
  // `ovis setup --cuda` put the CUDA build there. Without a driver it computes on the CPU as the CPU build does, which goes
  // first then: it starts faster. The engine searches in the same order.
  const cuda = !cached || device ? await cachedCuda(cacheDir) : undefined;
  if (cuda) {
    task.result(`${cuda.version}, cached`);
    return cuda;
  }
  // The cached build is for CPUs. Starting Python costs time, so it is asked only where its answer can matter.
  if (!cached || device) {
    const installed = await installedPackage(env);
    if (installed) {
      task.result(`${TENSORFLOW_VERSION}, installed (Python package)`);
      return {
        kind: 'library',
        source: 'installed',
        from: 'Python package',
        version: TENSORFLOW_VERSION,
        path: installed,
      };
    }
  }
  const library = (source: Part['source'], from: string): Part => {
    task.result(`${slot.version}, ${source}`);
    return { kind: 'library', source, from, version: slot.version, path: slotDirectory(slot) };
  };
  if (cached) return library('cached', slotDirectory(slot));
  const pin = TENSORFLOW_WHEELS[platformKey()];
  if (!pin) return wasm(options, `TensorFlow has no build for ${platformKey()}`);
  if (options.fetch === false) return wasm(options, `${slotDirectory(slot)} is not in the cache`);
  try {
    const { filled } = await fetchWheel({ slot, pin, mode: 0o644, task, env });
    return library(filled ? 'fetched' : 'cached', filled ? `pip, ${pin.requirement}` : slotDirectory(slot));
  } catch (error) {
    if (!(error instanceof BootstrapError) || error.code !== 'PART_UNAVAILABLE') throw error;
    return wasm(options, [error.message, ...error.tried, error.hint].join('; '));
  }
}

function wasm(options: ResolveOptions, why: string): Part {
  const warning =
    `no libtensorflow (${why}). The WASM backend is used: 5 to 50 times slower. ` +
    `To get it: \`pip install tensorflow==${TENSORFLOW_VERSION}\` and LIBTENSORFLOW_PATH=<site-packages>/tensorflow`;
  if (options.fetch !== false) options.task.warn(warning);
  options.task.result('none, WASM backend instead');
  return { kind: 'wasm', source: 'fallback', from: '@tensorflow/tfjs-backend-wasm', warning };
}

/** Names under which the library with the C API is built; the engine loads any of them. */
const LIBRARY_NAMES = [
  'libtensorflow_cc.so.2',
  'libtensorflow.so.2',
  'libtensorflow_cc.2.dylib',
  'libtensorflow.2.dylib',
];

/** LIBTENSORFLOW_PATH may name the directory of the library, or the library file. */
async function namedLibrary(named: string): Promise<string> {
  const exists = async (file: string) => (await fs.stat(file).catch(() => undefined))?.isFile() ?? false;
  if (await exists(named)) return path.resolve(named);
  for (const name of LIBRARY_NAMES) if (await exists(path.join(named, name))) return path.resolve(named);
  throw new BootstrapError(
    'PART_UNUSABLE',
    `LIBTENSORFLOW_PATH=${named} is not and holds no ${TENSORFLOW_FILES[0]}`,
    {
      hint: 'name the directory of the library (in a Python installation: site-packages/tensorflow), or `unset LIBTENSORFLOW_PATH`',
    },
  );
}

/** Directory of an installed Python `tensorflow` of the right version, found without importing it. */
async function installedPackage(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const script = [
    'import importlib.util, importlib.metadata as m, os',
    's = importlib.util.find_spec("tensorflow")',
    'names = ["tensorflow", "tensorflow-cpu", "tensorflow_cpu"]',
    'def v(n):',
    '  try: return m.version(n)',
    '  except m.PackageNotFoundError: return None',
    'found = [x for x in map(v, names) if x]',
    'print(found[0] if found else "", os.path.dirname(s.origin) if s and s.origin else "")',
  ].join('\n');
  const result = await runCommand('python3', ['-c', script], { env, timeoutMs: 20_000 });
  const [version, ...rest] = result.stdout.trim().split(' ');
  const directory = rest.join(' ');
  if (result.code !== 0 || version !== TENSORFLOW_VERSION || !directory) return undefined;
  return namedLibrary(directory).catch(() => undefined);
}
