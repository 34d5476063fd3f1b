import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { prepare, readClusterState, stopCluster } from '../src/index.ts';

const here = path.dirname(fileURLToPath(import.meta.url));
let stateDir: string;

/** Pids and commands of everything that belongs to the state directory: servers and guard name it in their arguments. */
function processesOf(directory: string): string[] {
  const table = execFileSync('ps', ['-axo', 'pid=,state=,command='], { encoding: 'utf8' });
  return table
    .split('\n')
    .filter((line) => line.includes(directory) && !/^\s*\d+\s+Z/.test(line))
    .filter((line) => !line.includes('cluster-process.ts'));
}

async function waitFor(condition: () => boolean, timeoutMs = 15_000): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (!condition() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  return condition();
}

interface Running {
  child: ChildProcess;
  /** the first line it printed: READY and its environment, or FAILED and why */
  line: string;
  env: Record<string, string>;
  exit: Promise<number | null>;
}

/** Starts test/cluster-process.ts and waits for its first word. */
async function start(): Promise<Running> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', path.join(here, 'cluster-process.ts'), stateDir],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const exit = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await Promise.race([exit, waitFor(() => /READY .*\n|FAILED/.test(output), 50_000)]);
  await waitFor(() => /READY .*\n|FAILED .*\n/.test(output), 1000);
  const line = output.slice(Math.max(0, output.search(/READY|FAILED/)));
  const env = line.startsWith('READY') ? (JSON.parse(line.slice(6)) as Record<string, string>) : {};
  return { child, line, env, exit };
}

function s3(env: Record<string, string>): S3Client {
  const { AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = env;
  const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
  return new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
}

beforeAll(async () => {
  await prepare({ quiet: true });
  stateDir = fs.mkdtempSync(path.join(os.tmpdir(), 'ovis-cluster-'));
}, 300_000);

// A failed test must not leave a cluster to the next one.
afterEach(async () => {
  await stopCluster(stateDir).catch(() => undefined);
});

afterAll(async () => {
  fs.rmSync(stateDir, { recursive: true, force: true });
});

describe('a local cluster', () => {
  it('runs once, keeps its keys to its owner, and leaves no process when it is interrupted', async () => {
    const first = await start();
    expect(first.line).toMatch(/^READY/);
    // Temporal, S3 and the guard.
    expect(processesOf(stateDir)).toHaveLength(3);
    expect(fs.statSync(path.join(stateDir, 'cluster.json')).mode & 0o777).toBe(0o600);
    expect(fs.statSync(path.join(stateDir, 'state', 's3.json')).mode & 0o777).toBe(0o600);
    expect(
      readClusterState(stateDir)
        ?.processes.map((one) => one.name)
        .sort(),
    ).toEqual(['s3', 'temporal']);

    const second = await start();
    expect(second.line).toMatch(/^FAILED/);
    expect(second.line).toContain(`pid ${first.child.pid}`);
    expect(second.line).toMatch(/fix: .*down/);
    expect(await second.exit).toBe(1);

    const client = s3(first.env);
    await client.send(new PutObjectCommand({ Bucket: 'ovis', Key: 'kept', Body: 'still here' }));
    first.child.kill('SIGINT');
    expect(await first.exit).toBe(130);
    expect(processesOf(stateDir)).toEqual([]);
    expect(fs.existsSync(path.join(stateDir, 'cluster.json'))).toBe(false);
  }, 90_000);

  it('leaves no process when its supervisor is killed, and what it stored is there in the next start', async () => {
    const first = await start();
    const body = await s3(first.env).send(new GetObjectCommand({ Bucket: 'ovis', Key: 'kept' }));
    expect(await body.Body?.transformToString()).toBe('still here');
    const late = new PutObjectCommand({ Bucket: 'ovis', Key: 'late', Body: Buffer.alloc(3e6, 7) });
    await s3(first.env).send(late);
    first.child.kill('SIGKILL');
    await first.exit;
    expect(await waitFor(() => processesOf(stateDir).length === 0)).toBe(true);

    const second = await start();
    const again = await s3(second.env).send(new GetObjectCommand({ Bucket: 'ovis', Key: 'late' }));
    expect((await again.Body?.transformToByteArray())?.every((byte) => byte === 7)).toBe(true);
    second.child.kill('SIGTERM');
    expect(await second.exit).toBe(143);
    expect(processesOf(stateDir)).toEqual([]);
  }, 90_000);

  it('ends what a start left behind whose supervisor and guard were both killed', async () => {
    const first = await start();
    const guard = processesOf(stateDir).find((line) => line.includes('guard.mjs'));
    // Frozen first: a supervisor that sees its guard die starts another one.
    first.child.kill('SIGSTOP');
    process.kill(Number.parseInt(guard ?? '', 10), 'SIGKILL');
    first.child.kill('SIGKILL');
    await first.exit;
    const orphans = processesOf(stateDir).map((line) => Number.parseInt(line, 10));
    expect(orphans).toHaveLength(2);

    const second = await start();
    expect(second.line).toMatch(/^READY/);
    const now = processesOf(stateDir).map((line) => Number.parseInt(line, 10));
    expect(now).toHaveLength(3);
    expect(now.filter((pid) => orphans.includes(pid))).toEqual([]);

    const stopped = await stopCluster(stateDir);
    expect(stopped).toEqual({ supervisor: second.child.pid, orphans: [] });
    expect(processesOf(stateDir)).toEqual([]);
  }, 120_000);
});
