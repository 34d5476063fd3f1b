import { mkdir } from 'node:fs/promises';
import { fromFileError } from './file-errors.ts';
import { FileStorage } from './file-storage.ts';
import { s3Settings } from './s3-client.ts';
import { S3Storage } from './s3-storage.ts';
import type { ObjectStorage } from './types.ts';
import { parseStorageUrl, splitUrl } from './url.ts';

/**
 * The objects below `s3://bucket[/folder]` or `file:///folder`. Opening touches neither network nor disk.
 *
 * From `env`: AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL (then path-style addressing), AWS_REGION or AWS_DEFAULT_REGION
 * (default us-east-1), AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN (without them: the SDK's own chain
 * of profiles and roles), OVIS_S3_SOCKET_TIMEOUT_MS (default 30000).
 */
export function openStorage(url: string, env: NodeJS.ProcessEnv = process.env): ObjectStorage {
  const location = parseStorageUrl(url);
  return location.kind === 'file' ? new FileStorage(location) : new S3Storage(location, s3Settings(env));
}

/** The whole object at a URL. */
export async function readUrl(url: string, env: NodeJS.ProcessEnv = process.env): Promise<Uint8Array> {
  const { base, key } = splitUrl(url);
  return openStorage(base, env).get(key);
}

/** Makes the bucket (or the directory) of a URL unless it is there. */
export async function ensureBucket(url: string, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const location = parseStorageUrl(url);
  if (location.kind === 's3') return new S3Storage(location, s3Settings(env)).ensureBucket();
  await mkdir(location.directory, { recursive: true }).catch((error: unknown) => {
    throw fromFileError(error, 'create', location.url);
  });
}
