import { isStorageError, type ObjectStorage } from '@ovis/storage';
import { createHash, randomUUID, type Hash } from 'node:crypto';
import { CheckpointError } from './errors.ts';
import type { HostTensors } from './host-tensors.ts';
import {
  STATE_FILE,
  checkId,
  inParallel,
  join,
  manifestKey,
  type LatestPointer,
  type Manifest,
  type ManifestFile,
  type TrainState,
} from './manifest.ts';
import { splitBySize, type CheckpointPart } from './parts.ts';
import { storedTensors, type StoredTensors } from './stored-tensors.ts';
import { safetensorsChunks } from './stream-safetensors.ts';
import { verifyCheckpoint } from './verify.ts';

export interface SaveOptions {
  /** E.g. `checkpointId(2, 120)`; later ones must sort behind earlier ones. */
  id: string;
  /** The data must not change before the save ends (copyTensors makes a copy). Stored tensors are read as they are written. */
  parts: Partial<Record<CheckpointPart, HostTensors | StoredTensors>>;
  state: TrainState;
  /** E.g. config.json, tokenizer.json. */
  extraFiles?: Record<string, Uint8Array>;
  /**
   * Take the place of a whole checkpoint of this id, as a run does that was sent back to an earlier one. Default false: EXISTS.
   * A damaged one is always replaced.
   */
  replace?: boolean;
  /** Parts with more data are written as several files. Default 1 GiB. */
  maxFileBytes?: number;
}

export interface SavedCheckpoint {
  id: string;
  manifestKey: string;
  /** `<storage url>/<prefix>/<id>`. */
  url: string;
  bytes: number;
  /** Set when the checkpoint is complete, but `latest.json` could not be moved to it (loading finds it all the same). */
  warning?: string;
}

const MAX_FILE_BYTES = 2 ** 30;
const PARALLEL_FILES = 2;

/**
 * Saves a checkpoint: the files, then the manifest with their sizes and sha256, then `latest.json`. It is visible when
 * the manifest is, and the manifest is written only if there is none: of two writers of an id one gets EXISTS. Every
 * save writes to a folder of its own, so the loser cannot touch the winner's files; a failed save removes what it wrote.
 */
export async function saveCheckpoint(
  storage: ObjectStorage,
  prefix: string,
  o: SaveOptions,
): Promise<SavedCheckpoint> {
  checkId(o.id);
  const key = manifestKey(prefix, o.id);
  const expected = await placeFor(storage, prefix, o);
  const writer = randomUUID().slice(0, 8);
  const files: Record<string, ManifestFile> = {};
  const parts: Record<string, string[]> = {};
  try {
    await inParallel(filesOf(o, parts), PARALLEL_FILES, async ({ name, chunks, bytes }) => {
      const file = { key: join(o.id, writer, name), bytes, sha256: '' };
      files[name] = file;
      const hash = createHash('sha256');
      await storage.putChunks(join(prefix, file.key), hashed(chunks, hash));
      file.sha256 = hash.digest('hex');
    });
  } catch (error) {
    await removeFiles(storage, prefix, files);
    throw error;
  }
  const { stage, step, totalSteps, loss } = o.state;
  const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
  const manifest: Manifest = {
    format: 'ovis-checkpoint',
    version: 1,
    id: o.id,
    createdAt: new Date().toISOString(),
    stage,
    step,
    totalSteps,
    ...(loss === undefined ? {} : { loss }),
    bytes,
    parts,
    files: Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  try {
    const condition = expected === undefined ? { ifNoneMatch: true } : { ifMatch: expected };
    await storage.put(key, `${JSON.stringify(manifest, null, 1)}\n`, {
      ...condition,
      contentType: 'application/json',
    });
  } catch (error) {
    // After any other failure the manifest may be there all the same, and then it needs its files.
    if (!isStorageError(error, 'PRECONDITION')) throw error;
    await removeFiles(storage, prefix, files);
    throw exists(storage, prefix, o.id, error);
  }
  const saved: SavedCheckpoint = {
    id: o.id,
    manifestKey: key,
    url: `${storage.url}/${join(prefix, o.id)}`,
    bytes,
  };
  const pointer: LatestPointer = { id: o.id, createdAt: manifest.createdAt };
  try {
    await storage.put(join(prefix, 'latest.json'), `${JSON.stringify(pointer)}\n`, {
      contentType: 'application/json',
    });
  } catch (error) {
    saved.warning = `checkpoint '${o.id}' is saved, but latest.json was not updated: ${String(error)}`;
  }
  return saved;
}

/** undefined: the id is free. Else the etag of the manifest that may be replaced. */
async function placeFor(storage: ObjectStorage, prefix: string, o: SaveOptions): Promise<string | undefined> {
  const found = await storage.head(manifestKey(prefix, o.id));
  if (found === undefined) return undefined;
  // A run that fell back behind a damaged checkpoint comes by its id again.
  if (o.replace || (await verifyCheckpoint(storage, prefix, o.id)).length > 0) return found.etag;
  throw exists(storage, prefix, o.id);
}

function exists(storage: ObjectStorage, prefix: string, id: string, cause?: unknown): CheckpointError {
  return new CheckpointError(
    'EXISTS',
    `another writer finished checkpoint '${id}' in ${storage.url}/${join(prefix)}; this one was not saved`,
    'make sure that only one process (rank 0) saves, and that a resumed run starts from the latest checkpoint',
    cause,
  );
}

interface FileToWrite {
  name: string;
  bytes: number;
  chunks: AsyncIterable<Uint8Array>;
}

async function* hashed(chunks: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

async function* only(chunk: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield chunk;
}

function isStored(tensors: HostTensors | StoredTensors): tensors is StoredTensors {
  return Object.values(tensors).every((tensor) => 'pieces' in tensor);
}

function filesOf(o: SaveOptions, parts: Record<string, string[]>): FileToWrite[] {
  const list: FileToWrite[] = [];
  for (const [part, tensors] of Object.entries(o.parts)) {
    if (tensors === undefined) continue;
    const stored = isStored(tensors) ? tensors : storedTensors(tensors);
    const groups = splitBySize(stored, o.maxFileBytes ?? MAX_FILE_BYTES);
    parts[part] = groups.map((group, i) => {
      const of = String(groups.length).padStart(5, '0');
      const name =
        groups.length === 1
          ? `${part}.safetensors`
          : `${part}-${String(i + 1).padStart(5, '0')}-of-${of}.safetensors`;
      list.push({ name, ...safetensorsChunks(group, { format: 'pt' }) });
      return name;
    });
  }
  const others: Record<string, Uint8Array> = {
    [STATE_FILE]: new TextEncoder().encode(`${JSON.stringify(o.state, null, 1)}\n`),
    ...o.extraFiles,
  };
  for (const [name, bytes] of Object.entries(others)) {
    if (list.some((file) => file.name === name) || (name === STATE_FILE && o.extraFiles?.[name])) {
      throw new TypeError(`the extra file '${name}' has the name of one of the checkpoint's own`);
    }
    list.push({ name, bytes: bytes.length, chunks: only(bytes) });
  }
  return list;
}

async function removeFiles(
  storage: ObjectStorage,
  prefix: string,
  files: Record<string, ManifestFile>,
): Promise<void> {
  // What cannot be removed is not visible as a checkpoint either; the error that led here matters more.
  await Promise.allSettled(Object.values(files).map((file) => storage.delete(join(prefix, file.key))));
}
