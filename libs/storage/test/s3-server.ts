import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A real S3 server (SeaweedFS) for specs: own directory, own free ports, gone (with its files) after `stop`.
 *
 * Found at `WEED_BIN`, else where the set-up puts it (`~/.cache/ovis/seaweedfs/<version>/weed`). Specs skip only
 * when it is not there:
 *
 *     const s3 = await startS3Server();           // undefined when there is no binary
 *     describe.skipIf(!s3)(`on S3${s3 ? '' : S3_SKIP_REASON}`, () => { ... openStorage(url, s3.env) ... });
 *     afterAll(() => s3?.stop());
 */
export interface S3Server {
  /** http://127.0.0.1:PORT */
  readonly endpoint: string;
  /** What openStorage needs: AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION. */
  readonly env: NodeJS.ProcessEnv;
  readonly pid: number;
  stop(): Promise<void>;
}

const SEAWEEDFS_VERSION = '4.48';
const START_TIMEOUT_MS = 45_000;

export const s3ServerBinary: string =
  process.env.WEED_BIN ??
  join(
    process.env.OVIS_CACHE_DIR ?? join(homedir(), '.cache', 'ovis'),
    'seaweedfs',
    SEAWEEDFS_VERSION,
    'weed',
  );

export const S3_SKIP_REASON = ` (skipped: no SeaweedFS binary at ${s3ServerBinary}; \`npm test\` fetches it, or set WEED_BIN)`;

export async function startS3Server(): Promise<S3Server | undefined> {
  if (!existsSync(s3ServerBinary)) return undefined;
  const dir = await mkdtemp(join(tmpdir(), 'ovis-s3-'));
  const accessKey = 'ovis-test';
  const secretKey = 'ovis-test-secret';
  const identity = {
    name: 'ovis',
    credentials: [{ accessKey, secretKey }],
    actions: ['Admin', 'Read', 'Write', 'List', 'Tagging'],
  };
  await writeFile(join(dir, 's3.json'), JSON.stringify({ identities: [identity] }));
  const [master, masterGrpc, volume, volumeGrpc, filer, filerGrpc, s3, s3Grpc] = await freePorts(8);
  const args = [
    'server',
    '-ip=127.0.0.1',
    '-ip.bind=127.0.0.1',
    `-dir=${dir}`,
    `-master.port=${master}`,
    `-master.port.grpc=${masterGrpc}`,
    '-master.volumeSizeLimitMB=1024',
    '-master.telemetry=false',
    `-volume.port=${volume}`,
    `-volume.port.grpc=${volumeGrpc}`,
    '-volume.max=0',
    '-filer',
    `-filer.port=${filer}`,
    `-filer.port.grpc=${filerGrpc}`,
    '-s3',
    `-s3.port=${s3}`,
    `-s3.port.grpc=${s3Grpc}`,
    '-s3.port.iceberg=0',
    '-s3.port.lance=0', // else every server wants port 9101
    '-s3.autoCreateBucket=false', // as real S3: writing to a missing bucket is an error
    `-s3.config=${join(dir, 's3.json')}`,
  ];
  const child = spawn(s3ServerBinary, args, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  const keep = (chunk: Buffer): void => {
    log = (log + chunk.toString()).slice(-4000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  let exited = false;
  const exit = new Promise<void>((resolve) =>
    child.once('close', () => {
      exited = true;
      resolve();
    }),
  );
  // If the test process dies without running afterAll, the server must not outlive it.
  const killNow = (): void => void child.kill('SIGKILL');
  process.once('exit', killNow);
  const stop = async (): Promise<void> => {
    process.removeListener('exit', killNow);
    child.kill('SIGKILL');
    await exit;
    await rm(dir, { recursive: true, force: true });
  };

  const endpoint = `http://127.0.0.1:${s3}`;
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await answers(endpoint)) || !(await answers(`http://127.0.0.1:${volume}/status`))) {
    if (exited || Date.now() > deadline) {
      await stop();
      throw new Error(`the S3 server did not start (${exited ? 'it exited' : 'timeout'}); its log:\n${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    endpoint,
    pid: child.pid ?? -1,
    env: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: accessKey,
      AWS_SECRET_ACCESS_KEY: secretKey,
      AWS_REGION: 'us-east-1',
    },
    stop,
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1000) });
    await response.arrayBuffer();
    return response.status < 500;
  } catch {
    return false;
  }
}

/** Free ports, all different, below those that the system gives away: no connection takes one before the server has it. */
async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = 15_000 + Math.floor(Math.random() * 16_000);
    const server = createServer();
    const free = await new Promise((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (free) ports.add(port);
  }
  return [...ports];
}
