import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { cacheDirectory, findLibrary } from '@ovis/tensorflow';
import { runProgram } from './run-program.ts';

/** The C API only grows: these headers fit any newer library. */
const HEADERS_WHEEL = 'tensorflow_cpu==2.21.0';
const NODE_HEADERS = 'node-api-headers@1.9.0';

/** Takes the C headers out of a wheel: arguments are the folder of the wheel and the target. */
const UNPACK = `
import glob, sys, zipfile
for name in glob.glob(sys.argv[1] + "/*.whl"):
    with zipfile.ZipFile(name) as wheel:
        wheel.extractall(sys.argv[2], [n for n in wheel.namelist() if n.startswith("tensorflow/include/") and n.endswith(".h")
                                       and n.split("/")[2] in ("tensorflow", "xla", "tsl")])
`;

/**
 * Builds TF.js's official addon (@tensorflow/tfjs-node's C++ sources) against the libtensorflow that our engine uses, once,
 * into `<cache>/bench/tfjs-addon`.
 * @returns the environment that its worker wants
 * @throws Error that says what is missing
 */
export async function tfjsAddon(log: (line: string) => void): Promise<Record<string, string>> {
  const library = findLibrary();
  if (!library)
    throw new Error('there is no libtensorflow to build the official addon against: run `npm start` once');
  const directory = join(cacheDirectory(), 'bench', 'tfjs-addon');
  const addon = join(directory, 'tfjs_binding.node');
  if (!existsSync(addon)) {
    log(`building TF.js's official addon in ${directory} (once; fetches 274 MB for its headers)`);
    mkdirSync(directory, { recursive: true });
    const compiler = await findCompiler();
    const headers = await fetchHeaders(directory);
    const require = createRequire(import.meta.url);
    const source = join(dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json')), 'binding');
    const libraries = dirname(library.main);
    const made = `${addon}.${process.pid}`;
    await runProgram(compiler, [
      ...['-std=c++17', '-O2', '-shared', '-fPIC', '-o', made],
      ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(source, name)),
      ...[source, ...headers].map((folder) => `-I${folder}`),
      library.main,
      ...(library.framework ? [library.framework] : []),
      `-Wl,-rpath,${libraries}`,
    ]);
    renameSync(made, addon);
  }
  return { OVIS_BENCH_TFJS_ADDON: addon };
}

async function findCompiler(): Promise<string> {
  for (const compiler of ['g++', 'clang++', 'c++']) {
    if (await runProgram(compiler, ['--version']).catch(() => undefined)) return compiler;
  }
  throw new Error(
    'no C++ compiler to build the official addon with: `sudo apt-get install g++`, `sudo dnf install gcc-c++` or `xcode-select --install`',
  );
}

/** Node-API's and TensorFlow's headers: folders for `-I`. */
async function fetchHeaders(directory: string): Promise<string[]> {
  const node = join(directory, 'node_modules', 'node-api-headers', 'include');
  const tensorflow = join(directory, 'headers');
  const marker = join(tensorflow, 'tensorflow', 'include');
  if (!existsSync(node)) {
    await runProgram('npm', [
      'install',
      '--prefix',
      directory,
      '--no-save',
      '--ignore-scripts',
      NODE_HEADERS,
    ]);
  }
  if (!existsSync(marker)) {
    const where = ['--python-version', '3.11', '--only-binary=:all:', '--platform', 'manylinux_2_27_x86_64'];
    const wheels = join(directory, 'wheels');
    await runProgram('python3', [
      '-m',
      'pip',
      'download',
      '--no-deps',
      ...where,
      '-q',
      '-d',
      wheels,
      HEADERS_WHEEL,
    ]);
    const unpacked = `${tensorflow}.${process.pid}`;
    await runProgram('python3', ['-c', UNPACK, wheels, unpacked]);
    renameSync(unpacked, tensorflow);
    rmSync(wheels, { recursive: true });
  }
  return [node, marker];
}
