import { existsSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { EngineError } from '../errors.ts';
import { hasNvidiaDriver } from './cuda.ts';

export interface LibraryFiles {
  main: string;
  framework?: string;
}

const MAIN = [
  'libtensorflow_cc.so.2',
  'libtensorflow.so.2',
  'libtensorflow_cc.2.dylib',
  'libtensorflow.2.dylib',
];
const FRAMEWORK = ['libtensorflow_framework.so.2', 'libtensorflow_framework.2.dylib'];

/** The project's cache folder: OVIS_CACHE_DIR, else ~/.cache/ovis. */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  return env['OVIS_CACHE_DIR'] || join(homedir(), '.cache', 'ovis');
}

/**
 * Finds libtensorflow: the given path, then LIBTENSORFLOW_PATH, then `<cache>/libtensorflow/<version>-<cpu|cuda>/` (newest
 * version first, CUDA before CPU; without an NVIDIA driver any CPU build goes before the CUDA builds, which then work as slower
 * starting CPU builds). In each folder the library may lie in `tensorflow/`, as in a Python installation, where a CUDA build
 * finds NVIDIA's libraries in `nvidia/` beside it.
 * @param gpu whether there is a driver
 * @returns undefined when nothing was named and the cache is empty.
 * @throws EngineError LIBRARY_NOT_FOUND when a path was named and holds no library.
 */
export function findLibrary(
  given?: string,
  env: NodeJS.ProcessEnv = process.env,
  gpu = hasNvidiaDriver(),
): LibraryFiles | undefined {
  const named = given || env['LIBTENSORFLOW_PATH'];
  if (named) {
    const found = inPath(named);
    if (found) return found;
    throw new EngineError(
      'LIBRARY_NOT_FOUND',
      `There is no libtensorflow at ${named}${given ? '' : ' (LIBTENSORFLOW_PATH)'}.`,
      `Name the folder that holds ${MAIN[0]} and ${FRAMEWORK[0]}, or the first of these files, or unset it to use the cached copy.`,
    );
  }
  const root = join(cacheDirectory(env), 'libtensorflow');
  if (!existsSync(root)) return undefined;
  const last = (name: string) => (!gpu && name.endsWith('-cuda') ? 1 : 0);
  const names = readdirSync(root).sort(
    (a, b) => last(a) - last(b) || b.localeCompare(a, undefined, { numeric: true }),
  );
  for (const name of names) {
    const found = inPath(join(root, name));
    if (found) return found;
  }
  return undefined;
}

function inPath(path: string): LibraryFiles | undefined {
  if (!existsSync(path)) return undefined;
  if (!statSync(path).isDirectory()) return { main: path, framework: first(dirname(path), FRAMEWORK) };
  for (const directory of [path, join(path, 'tensorflow')]) {
    const main = first(directory, MAIN);
    if (main) return { main, framework: first(directory, FRAMEWORK) };
  }
  return undefined;
}

function first(directory: string, names: string[]): string | undefined {
  return names.map((name) => join(directory, name)).find((file) => existsSync(file));
}
