import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from '@ovis/tensorflow';
import { runProgram } from './run-program.ts';

export const TORCH_VERSION = '2.15.0';

/** setuptools: torch.compile's C++ builds ask for it. */
const REQUIREMENTS = [`torch==${TORCH_VERSION}`, 'numpy', 'setuptools'];

let ready: Promise<string> | undefined;

/**
 * The Python of PyTorch's own environment, `<cache>/bench/torch`, made on first use (about 5.5 GB). A marker file written last
 * says that the environment is whole and what is in it; anything else is made again.
 * @returns path of the interpreter
 * @throws Error that says what is missing and what to do
 */
export function torchPython(log: (line: string) => void): Promise<string> {
  ready ??= prepare(log);
  return ready;
}

async function prepare(log: (line: string) => void): Promise<string> {
  const directory = join(cacheDirectory(), 'bench', 'torch');
  const python = join(directory, 'bin', 'python');
  const marker = join(directory, '.ovis-bench.json');
  const wanted = JSON.stringify({ requirements: REQUIREMENTS });
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted && existsSync(python)) return python;

  // Made by hand, or by a run that was ended before the marker: whole when the right version answers.
  if (!(existsSync(python) && (await torchVersion(python)) === TORCH_VERSION)) {
    log(`installing PyTorch ${TORCH_VERSION} into ${directory} (about 5.5 GB, once; minutes)`);
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    const [program, ...pip] = await makeEnvironment(directory, python);
    const flags = ['--disable-pip-version-check', '--no-input', '--quiet'];
    await step(program!, [...pip, 'install', ...flags, ...REQUIREMENTS], PIP_HINT);
    const found = await torchVersion(python);
    if (found !== TORCH_VERSION) {
      throw new Error(
        `PyTorch ${TORCH_VERSION} was installed into ${directory}, but importing it gives ${found ?? 'an error'}`,
      );
    }
    log('PyTorch is installed');
  }
  writeFileSync(marker, wanted);
  return python;
}

/**
 * An empty environment. Where Python comes without ensurepip (Debian's package), it gets no pip of its own.
 * @returns the command of a pip that installs into it
 */
async function makeEnvironment(directory: string, python: string): Promise<string[]> {
  const whole = await runProgram('python3', ['-m', 'venv', directory]).catch((error: unknown) => error);
  if (!(whole instanceof Error)) return [python, '-m', 'pip'];
  await step('python3', ['-m', 'venv', '--clear', '--without-pip', directory], VENV_HINT);
  const outside = ['-m', 'pip', '--python', python];
  await step('python3', [...outside, '--version'], VENV_HINT);
  return ['python3', ...outside];
}

const VENV_HINT =
  'To compare with PyTorch, Python 3.10 or newer with venv, or pip 22.3, is needed: `sudo apt-get install python3-venv` (Debian, Ubuntu), ' +
  '`sudo dnf install python3` (Fedora), `brew install python` (macOS).';
const PIP_HINT =
  'Check the network, `pip config list` (is there a mirror that lacks this version?) and the free disk space (6 GB), then run the ' +
  'bench again.';

async function step(program: string, args: string[], hint: string): Promise<void> {
  try {
    await runProgram(program, args);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n  ${hint}`, { cause: error });
  }
}

/** The version without its build tag ("+cpu"); undefined when it cannot be imported. */
async function torchVersion(python: string): Promise<string | undefined> {
  try {
    const version = await runProgram(python, ['-c', 'import torch, numpy; print(torch.__version__)']);
    return version.trim().split('+')[0];
  } catch {
    return undefined;
  }
}
