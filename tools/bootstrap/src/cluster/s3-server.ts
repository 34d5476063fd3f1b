import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
  type S3ServiceException,
} from '@aws-sdk/client-s3';
import { BootstrapError } from '../errors.ts';
import type { ProcessSpec } from './managed-process.ts';
import type { S3Access } from './state.ts';

/** SeaweedFS opens eight ports; only the S3 one is for users. */
export interface SeaweedPorts {
  s3: number;
  /** master, volume and filer by HTTP and gRPC, and S3's gRPC: any seven free ones */
  inner: readonly number[];
}

interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
}

/** The keys of this clone's S3 server, made once, kept readable by their owner only. */
export function s3Keys(stateDir: string): Keys & { configFile: string } {
  const configFile = path.join(stateDir, 'state', 's3.json');
  const saved = readKeys(configFile);
  if (saved) return { ...saved, configFile };
  const keys: Keys = {
    accessKeyId: `OVIS${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
  };
  const identity = {
    name: 'ovis',
    credentials: [{ accessKey: keys.accessKeyId, secretKey: keys.secretAccessKey }],
    actions: ['Admin', 'Read', 'Write', 'List', 'Tagging'],
  };
  fs.mkdirSync(path.dirname(configFile), { recursive: true });
  fs.writeFileSync(configFile, JSON.stringify({ identities: [identity] }, null, 2), { mode: 0o600 });
  return { ...keys, configFile };
}

function readKeys(configFile: string): Keys | undefined {
  try {
    const config = JSON.parse(fs.readFileSync(configFile, 'utf8')) as {
      identities: { credentials: { accessKey: string; secretKey: string }[] }[];
    };
    const key = config.identities[0]?.credentials[0];
    return key && { accessKeyId: key.accessKey, secretAccessKey: key.secretKey };
  } catch {
    return undefined;
  }
}

export function seaweedSpec(o: {
  binary: string;
  stateDir: string;
  configFile: string;
  ports: SeaweedPorts;
}): ProcessSpec {
  const data = path.join(o.stateDir, 'state', 's3');
  fs.mkdirSync(data, { recursive: true });
  // The master's election record: with it a lone master waits 10 to 20 s before it leads. Without it, it learns the
  // volumes from the volume server, at once.
  for (const entry of fs.readdirSync(data)) {
    if (/^m\d+$/.test(entry)) fs.rmSync(path.join(data, entry), { recursive: true });
  }
  const [master, masterGrpc, volume, volumeGrpc, filer, filerGrpc, s3Grpc] = o.ports.inner;
  return {
    name: 's3',
    command: o.binary,
    args: [
      ...['server', '-ip=127.0.0.1', '-ip.bind=127.0.0.1', `-dir=${data}`, '-filer', '-s3', '-s3.iam=false'],
      ...[`-master.port=${master}`, `-master.port.grpc=${masterGrpc}`],
      ...[`-volume.port=${volume}`, `-volume.port.grpc=${volumeGrpc}`],
      ...[`-filer.port=${filer}`, `-filer.port.grpc=${filerGrpc}`],
      ...[`-s3.port=${o.ports.s3}`, `-s3.port.grpc=${s3Grpc}`, `-s3.config=${o.configFile}`],
      ...['-s3.port.iceberg=0', '-s3.port.lance=0', '-master.telemetry=false'],
      // Volumes are small and as many as needed: the default (30 GB each, by free disk) leaves none on a small disk.
      ...['-volume.max=200', '-master.volumeSizeLimitMB=1024', '-volume.preStopSeconds=0'],
    ],
    // Not the user's AWS_*: the server would take those keys as an administrator's.
    env: { PATH: process.env.PATH, HOME: process.env.HOME, WEED_MASTER_VOLUME_GROWTH_COPY_1: '2' },
    cwd: data,
    port: o.ports.s3,
    // Its orderly stop waits 17 s for its own streams. What it acknowledged is in the files by then (a spec checks it).
    stopMs: 1000,
  };
}

/** Removes the unix sockets that SeaweedFS leaves in /tmp, one per port. */
export function removeSeaweedSockets(ports: SeaweedPorts): void {
  const names = ['s3', 's3-grpc', 'filer', 'filer-grpc', 'master-grpc', 'volume-grpc'];
  for (const port of [ports.s3, ...ports.inner]) {
    for (const name of names) fs.rmSync(`/tmp/seaweedfs-${name}-${port}.sock`, { force: true });
  }
}

/** An object that every start reads and writes, to know that the server can. */
const READY_KEY = '.ovis-ready';

/** True when the server answers at its address: it, and not another one that got the port first (that refuses our keys). */
export async function s3Answers(access: S3Access): Promise<boolean> {
  const client = s3Client(access);
  try {
    await client.send(new ListBucketsCommand({}), { abortSignal: AbortSignal.timeout(1000) });
    return true;
  } finally {
    client.destroy();
  }
}

/**
 * True when the server has the bucket, or has just made it, and can read what an earlier start stored: for some seconds after a
 * start its gateway may not know yet where the data lies, and reads fail.
 */
export async function s3Ready(access: S3Access): Promise<boolean> {
  await ensureClusterBucket(access);
  const client = s3Client(access);
  const place = { Bucket: access.bucket, Key: READY_KEY };
  const read = async () => (await client.send(new GetObjectCommand(place))).Body?.transformToString();
  try {
    await read().catch((error: S3ServiceException) => {
      if (error.$metadata?.httpStatusCode !== 404) throw error; // the first start has none
    });
    const mark = randomBytes(8).toString('hex');
    await client.send(new PutObjectCommand({ ...place, Body: mark }));
    return (await read()) === mark;
  } finally {
    client.destroy();
  }
}

function s3Client({ endpoint, accessKeyId, secretAccessKey, region }: S3Access): S3Client {
  // The SDK's notice about coming Node versions is for us and not for users.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  return new S3Client({
    region,
    maxAttempts: 2,
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    ...(accessKeyId && secretAccessKey ? { credentials: { accessKeyId, secretAccessKey } } : {}),
  });
}

/**
 * Makes the bucket when it is not there.
 * @throws BootstrapError BAD_CREDENTIALS, NO_BUCKET, UNREACHABLE
 */
export async function ensureClusterBucket(access: S3Access): Promise<void> {
  const { bucket } = access;
  const client = s3Client(access);
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket })).catch(async (error: S3ServiceException) => {
      if (error.$metadata?.httpStatusCode !== 404) throw error;
      await client.send(new CreateBucketCommand({ Bucket: bucket }));
    });
  } catch (error) {
    throw bucketError(access, error as S3ServiceException);
  } finally {
    client.destroy();
  }
}

function bucketError(access: S3Access, error: S3ServiceException): BootstrapError {
  const where = access.endpoint ?? 'AWS S3';
  const status = error.$metadata?.httpStatusCode;
  if (status === 403 || status === 401 || /credential/i.test(error.name + error.message)) {
    return new BootstrapError(
      'BAD_CREDENTIALS',
      `${where} refuses bucket "${access.bucket}": ${error.name} (${status ?? error.message})`,
      {
        hint: 'check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and their rights on the bucket; another bucket: OVIS_BUCKET=name',
        cause: error,
      },
    );
  }
  if (status !== undefined) {
    return new BootstrapError(
      'NO_BUCKET',
      `${where} has no bucket "${access.bucket}" and does not make it: ${error.name}: ${error.message}`,
      {
        hint: 'make the bucket, or name another one: OVIS_BUCKET=name',
        cause: error,
      },
    );
  }
  return new BootstrapError('UNREACHABLE', `${where} does not answer: ${error.message || error.name}`, {
    hint: 'start it or correct AWS_ENDPOINT_URL',
    cause: error,
  });
}
