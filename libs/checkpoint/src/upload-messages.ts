import { StorageError, type StorageErrorCode } from '@ovis/storage';
import type { ManifestFile } from './manifest.ts';

/** Files that lie ready in shared memory, to be written to a storage. */
export interface UploadTask {
  url: string;
  env: Record<string, string | undefined>;
  prefix: string;
  memory: SharedArrayBuffer;
  files: { key: string; offset: number; bytes: number; headerBytes: number }[];
  chunkBytes?: number;
  parallel?: number;
  patienceMs: number;
}

export type ToWorker =
  | { kind: 'upload'; id: number; task: UploadTask }
  | { kind: 'abort'; id: number }
  /** Makes the operating system provide all pages: the first copy into them is as fast as the others then. */
  | { kind: 'touch'; memory: SharedArrayBuffer };

export type FromWorker =
  | { kind: 'retry'; id: number; error: WireError }
  | { kind: 'done'; id: number; files: Record<string, Omit<ManifestFile, 'key'>>; cpuMs: number }
  | { kind: 'failed'; id: number; error: WireError };

/** Errors lose their class between threads. */
export interface WireError {
  message: string;
  storage?: { code: StorageErrorCode; operation: string; url: string; hint: string };
}

export function toWire(error: unknown): WireError {
  if (!(error instanceof Error)) return { message: String(error) };
  if (!(error instanceof StorageError)) return { message: error.stack ?? error.message };
  const { message, code, operation, url, hint } = error;
  return {
    message: message.slice(`cannot ${operation} ${url}: `.length),
    storage: { code, operation, url, hint },
  };
}

export function fromWire({ message, storage }: WireError): Error {
  return storage ? new StorageError(storage.code, message, storage) : new Error(message);
}
