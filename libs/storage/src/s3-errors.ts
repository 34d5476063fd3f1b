import { StorageError, errorField, errorMessage } from './errors.ts';

export interface S3ErrorContext {
  operation: string;
  /** The object's or folder's URL. */
  url: string;
  bucket: string;
  endpoint?: string;
}

const CREDENTIALS_HINT = 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or AWS_PROFILE) to valid keys';
const BAD_CREDENTIALS = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'InvalidToken',
  'ExpiredToken',
  'ExpiredTokenException',
  'TokenRefreshRequired',
  'CredentialsProviderError',
  'AuthorizationHeaderMalformed',
]);
const FULL = new Set(['XMinioStorageFull', 'QuotaExceeded', 'InsufficientStorage', 'EntityTooLargeQuota']);

/** Turns what the SDK throws into a StorageError that names the place and the way out. */
export function fromS3Error(error: unknown, context: S3ErrorContext): StorageError {
  if (error instanceof StorageError) return error;
  const { operation, url, bucket, endpoint } = context;
  const server = endpoint ?? 'Amazon S3';
  const name = errorField(error, 'name') ?? 'Error';
  const code = errorField(error, 'Code') ?? name;
  const status = httpStatus(error);
  const message = errorMessage(error);
  const detail = `${code}${message && message !== 'UnknownError' ? `: ${message}` : ''}`;
  const make = (kind: StorageError['code'], why: string, hint: string): StorageError =>
    new StorageError(kind, why, { operation, url, hint, cause: error });

  if (code === 'NoSuchBucket') {
    return make(
      'NO_BUCKET',
      `there is no bucket '${bucket}' at ${server}`,
      createBucketHint(bucket, endpoint),
    );
  }
  if (code === 'RequestTimeTooSkewed') {
    return make(
      'BAD_CREDENTIALS',
      `${server} refused the request (${detail})`,
      "set this machine's clock right",
    );
  }
  if (BAD_CREDENTIALS.has(code)) {
    const why =
      code === 'CredentialsProviderError'
        ? `no credentials for ${server}`
        : `${server} refused the credentials (${detail})`;
    return make('BAD_CREDENTIALS', why, CREDENTIALS_HINT);
  }
  if (status === 403 || code === 'AccessDenied') {
    return make(
      'ACCESS_DENIED',
      `${server} does not allow it (${detail})`,
      `give the access key the right to ${operation} in bucket '${bucket}', or use other keys`,
    );
  }
  if (code === 'PermanentRedirect' || status === 301) {
    return make('FAILED', `bucket '${bucket}' is in another region`, "set AWS_REGION to the bucket's region");
  }
  if (message.includes('Region is missing')) {
    return make('FAILED', 'no AWS region is set', 'set AWS_REGION');
  }
  if (status === 404 || code === 'NoSuchKey' || code === 'NotFound') {
    return make(
      'NOT_FOUND',
      `there is no such object at ${server}`,
      'check the key; list the folder to see what is there',
    );
  }
  if (status === 412 || code === 'PreconditionFailed' || code === 'ConditionalRequestConflict') {
    return make(
      'PRECONDITION',
      `another writer was first (${detail})`,
      'read the object again and decide anew',
    );
  }
  if (status === 507 || FULL.has(code) || /no space left|disk full|no writable volumes/i.test(message)) {
    return make(
      'DISK_FULL',
      `${server} has no space left (${detail})`,
      'free space on the server, or add disks',
    );
  }
  if (isUnreachable(error)) {
    const hint = endpoint
      ? `start the S3 server, or set AWS_ENDPOINT_URL to one that runs (now ${endpoint})`
      : 'check the network, or set AWS_ENDPOINT_URL if you meant another S3 server';
    return make(
      'UNREACHABLE',
      `${server} does not answer (${errorField(error, 'code') ?? name}: ${message})`,
      hint,
    );
  }
  if (status !== undefined && status >= 500) {
    return make(
      'UNREACHABLE',
      `${server} failed with HTTP ${status} (${detail})`,
      "look at the S3 server's log, then try again",
    );
  }
  return make('FAILED', detail, 'see the message of the S3 server');
}

/** The HTTP status the SDK notes on its errors. */
export function httpStatus(error: unknown): number | undefined {
  return metadata(error)?.httpStatusCode;
}

/** How often the SDK sent the request before it gave this error. */
export function attempts(error: unknown): number {
  return metadata(error)?.attempts ?? 1;
}

function metadata(error: unknown): { httpStatusCode?: number; attempts?: number } | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  return (error as { $metadata?: { httpStatusCode?: number; attempts?: number } }).$metadata;
}

const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'EPIPE',
  'ECONNABORTED',
  'ERR_STREAM_PREMATURE_CLOSE',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'EPROTO',
]);

/** A broken or missing connection, as opposed to an answer that says no. */
export function isUnreachable(error: unknown): boolean {
  const code = errorField(error, 'code');
  const name = errorField(error, 'name');
  return (
    (code !== undefined &&
      (NETWORK_CODES.has(code) || code.startsWith('ERR_SSL') || code.startsWith('HPE_'))) ||
    name === 'TimeoutError' ||
    name === 'AggregateError' ||
    errorMessage(error) === 'aborted'
  );
}

function createBucketHint(bucket: string, endpoint: string | undefined): string {
  const at = endpoint ? ` --endpoint-url ${endpoint}` : '';
  return `create it: aws${at} s3 mb s3://${bucket}`;
}
