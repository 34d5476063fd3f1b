/** Why a storage operation failed. Stable: callers may branch on it. */
export type StorageErrorCode =
  /** No connection, or it stalled for longer than the timeout, or the server keeps answering 5xx. */
  | 'UNREACHABLE'
  | 'NO_BUCKET'
  /** Missing, unknown, expired or wrongly signed credentials. */
  | 'BAD_CREDENTIALS'
  /** The credentials are right but may not do this. */
  | 'ACCESS_DENIED'
  | 'NOT_FOUND'
  /** If-None-Match / If-Match did not hold; on reads: the object was rewritten while it was read. */
  | 'PRECONDITION'
  /** Fewer bytes than promised, also after continuing the body. */
  | 'TRUNCATED'
  | 'DISK_FULL'
  /** Not an s3:// or file:// URL, or a key that leaves its folder. */
  | 'BAD_URL'
  | 'FAILED';

export interface StorageErrorDetails {
  /** What was tried: `read`, `write`, `list`, ... */
  operation: string;
  /** Where: the full URL of the object, bucket or folder. */
  url: string;
  hint: string;
  cause?: unknown;
}

/**
 * The one error of this library. `message` says what failed, where and why; `hint` how to fix it (often one command).
 */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly code: StorageErrorCode;
  readonly operation: string;
  readonly url: string;
  readonly hint: string;

  constructor(code: StorageErrorCode, why: string, details: StorageErrorDetails) {
    super(`cannot ${details.operation} ${details.url}: ${why}`, { cause: details.cause });
    this.code = code;
    this.operation = details.operation;
    this.url = details.url;
    this.hint = details.hint;
  }
}

/** True for a StorageError with one of the given codes. */
export function isStorageError(error: unknown, ...codes: StorageErrorCode[]): error is StorageError {
  return error instanceof StorageError && (codes.length === 0 || codes.includes(error.code));
}

/** A string property of an unknown thrown value (`code`, `name`, ...), if it has it. */
export function errorField(error: unknown, field: string): string | undefined {
  if (typeof error !== 'object' || error === null || !(field in error)) return undefined;
  const value: unknown = (error as Record<string, unknown>)[field];
  return typeof value === 'string' ? value : undefined;
}

export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
