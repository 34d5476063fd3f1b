import { isStorageError, type ObjectStorage } from '@ovis/storage';
import { createHash } from 'node:crypto';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { CheckpointError } from './errors.ts';

/** What is needed, beside the tensors, to go on exactly. Plain JSON. */
export interface TrainState {
  stage: number;
  /** Optimizer steps done in the stage. */
  step: number;
  totalSteps: number;
  seed: number;
  schedule: object;
  rng: object;
  /** Data cursors of all lanes (of all ranks). */
  cursors: unknown[];
  /** Trainers that wrote it. */
  world: number;
  loss?: number;
  configHash: string;
  versions: object;
}

export interface ManifestFile {
  /** Relative to the prefix under which all checkpoints of the run lie. May lie in the folder of an earlier checkpoint. */
  key: string;
  bytes: number;
  sha256: string;
  /** CRC-32 of every chunk of `chunkBytes` (the last may be shorter), 8 hexadecimal digits each. Since version 2. */
  crc32?: string;
  /** Of a safetensors file: the length of its header and the CRC-32 of that. Since version 2. */
  header?: { bytes: number; crc32: string };
}

/** `manifest.json`: a checkpoint exists when it does, since it is written after everything it names. */
export interface Manifest {
  format: 'ovis-checkpoint';
  version: 1 | 2;
  id: string;
  /** ISO 8601. */
  createdAt: string;
  stage: number;
  step: number;
  totalSteps: number;
  loss?: number;
  /** Of all files together. */
  bytes: number;
  /** The safetensors files of each part, by name in `files`. */
  parts: Record<string, string[]>;
  files: Record<string, ManifestFile>;

  // Since version 2:
  /** Bytes that a CRC-32 of `files` stands for. */
  chunkBytes?: number;
  /** Bytes of the files that were written for this checkpoint; the others are those of earlier ones. */
  writtenBytes?: number;
  /** The folder below the id's that this save wrote to. */
  attempt?: string;
  /** Trainers that wrote it. */
  world?: number;
  /** Who wrote it: a gang of trainers, which forms anew in generation after generation. */
  writer?: { gang: string; generation: number };
  /** What retention may choose the best by. */
  metrics?: Record<string, number>;
  configHash?: string;
  versions?: object;
}

export const MANIFEST_VERSION = 2;
/** Bytes of a file that one CRC-32 stands for, and of a part of an upload. */
export const CHUNK_BYTES = 16 * 2 ** 20;

/** `latest.json`: where to look first. The manifests are the truth. */
export interface LatestPointer {
  id: string;
  createdAt: string;
}

export const STATE_FILE = 'state.json';

/** The usual id, e.g. `stage2-step000120`: ids of a run sort in the order of training. */
export function checkpointId(stage: number, step: number): string {
  return `stage${stage}-step${String(step).padStart(6, '0')}`;
}

/** Compares ids by their numbers. */
export function compareIds(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

export function join(...parts: string[]): string {
  return parts
    .map((part) => part.replace(/^\/+|\/+$/g, ''))
    .filter((part) => part !== '')
    .join('/');
}

export function manifestKey(prefix: string, id: string): string {
  return join(prefix, id, 'manifest.json');
}

export function checkId(id: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(id) || id === 'latest' || id === 'latest.json') {
    throw new TypeError(`'${id}' is no checkpoint id: use letters, digits, '.', '_' and '-'`);
  }
}

/** Ids under a prefix that have a manifest, in the order of training. Unfinished saves have none. */
export async function listIds(storage: ObjectStorage, prefix: string): Promise<string[]> {
  const folder = join(prefix) === '' ? '' : `${join(prefix)}/`;
  const ids: string[] = [];
  for await (const { key } of storage.list(folder)) {
    const parts = key.slice(folder.length).split('/');
    if (parts.length === 2 && parts[0] && parts[1] === 'manifest.json') ids.push(parts[0]);
  }
  return ids.sort(compareIds);
}

/** undefined when there is none; CORRUPT when it is not one. */
export async function readManifest(
  storage: ObjectStorage,
  prefix: string,
  id: string,
): Promise<Manifest | undefined> {
  const value = await readJson(storage, manifestKey(prefix, id));
  if (value === undefined) return undefined;
  const manifest = value as Partial<Manifest>;
  const where = `${storage.url}/${manifestKey(prefix, id)}`;
  if (
    manifest.format !== 'ovis-checkpoint' ||
    typeof manifest.files !== 'object' ||
    typeof manifest.parts !== 'object'
  ) {
    throw new CheckpointError(
      'CORRUPT',
      `${where} is not a manifest`,
      'delete the checkpoint and use another',
    );
  }
  if (manifest.version !== 1 && manifest.version !== MANIFEST_VERSION) {
    throw new CheckpointError(
      'UNSUPPORTED',
      `${where} has version ${String(manifest.version)}, this program reads versions 1 and ${MANIFEST_VERSION}`,
      'use the newer program that wrote it',
    );
  }
  return manifest as Manifest;
}

/** undefined when the object is missing; CORRUPT when it is not JSON. */
export async function readJson(storage: ObjectStorage, key: string): Promise<unknown> {
  let bytes: Uint8Array;
  try {
    bytes = await storage.get(key);
  } catch (error) {
    if (isStorageError(error, 'NOT_FOUND')) return undefined;
    throw error;
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch (cause) {
    throw new CheckpointError('CORRUPT', `${storage.url}/${key} is not JSON`, 'delete it', cause);
  }
}

const HASH_SLICE = 8 * 2 ** 20;

/** In slices, so that a gigabyte does not hold up heartbeats for half a second. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.length; at += HASH_SLICE) {
    hash.update(bytes.subarray(at, at + HASH_SLICE));
    if (at + HASH_SLICE < bytes.length) await yieldToOthers();
  }
  return hash.digest('hex');
}

/** Runs `work` on all items, at most `limit` at a time; the first error ends it. */
export async function inParallel<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  let failed = false;
  const worker = async (): Promise<void> => {
    for (let next = iterator.next(); !next.done && !failed; next = iterator.next()) {
      await work(next.value).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  // All workers are awaited, so that nothing goes on behind the caller's back after an error.
  const results = await Promise.allSettled(Array.from({ length: limit }, worker));
  const bad = results.find((result) => result.status === 'rejected');
  if (bad?.status === 'rejected') throw bad.reason;
}
