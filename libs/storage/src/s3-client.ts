import { S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

/** What the AWS_* variables of an environment say, as far as this library uses them. */
export interface S3Settings {
  /** undefined: Amazon's own. */
  endpoint?: string;
  region?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  /** A connection on which nothing moves for so long is broken, ms. */
  socketTimeoutMs: number;
}

const DEFAULT_REGION = 'us-east-1';
const DEFAULT_SOCKET_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 5_000;
const MAX_SOCKETS = 64;

export function s3Settings(env: NodeJS.ProcessEnv): S3Settings {
  const endpoint = env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || undefined;
  const named = env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined;
  // S3-compatible servers take any region; only a profile of ~/.aws/config may still name one.
  const region = named ?? (env.AWS_PROFILE && !endpoint ? undefined : DEFAULT_REGION);
  const id = env.AWS_ACCESS_KEY_ID;
  const secret = env.AWS_SECRET_ACCESS_KEY;
  const token = env.AWS_SESSION_TOKEN;
  const timeout = Number(env.OVIS_S3_SOCKET_TIMEOUT_MS);
  return {
    endpoint,
    region,
    credentials:
      id && secret
        ? { accessKeyId: id, secretAccessKey: secret, ...(token ? { sessionToken: token } : {}) }
        : undefined,
    socketTimeoutMs: timeout > 0 ? timeout : DEFAULT_SOCKET_TIMEOUT_MS,
  };
}

const clients = new Map<string, S3Client>();

/** One client, and so one pool of connections, per distinct settings: every openStorage call shares it. */
export function s3Client(settings: S3Settings): S3Client {
  const key = JSON.stringify(settings);
  const known = clients.get(key);
  if (known) return known;
  // package.json states which Node versions we support; the SDK's own notice would go into the user's terminal.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const client = new S3Client({
    endpoint: settings.endpoint,
    forcePathStyle: settings.endpoint !== undefined,
    followRegionRedirects: settings.endpoint === undefined,
    region: settings.region,
    credentials: settings.credentials,
    maxAttempts: 4,
    // Without socketTimeout a stalled connection hangs for ever.
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: settings.socketTimeoutMs,
      httpAgent: new HttpAgent({ keepAlive: true, maxSockets: MAX_SOCKETS }),
      httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets: MAX_SOCKETS }),
    }),
    // Validation of responses halves the download rate; shards and checkpoints carry checksums of their own. Added
    // request checksums are refused by older S3-compatible servers, and the signature covers the payload's sha256.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  clients.set(key, client);
  return client;
}
