import { type ObjectStorage } from '@ovis/storage';
import { randomUUID } from 'node:crypto';
import { commitCheckpoint, placeFor, type SavedCheckpoint } from './commit.ts';
import { CheckpointError } from './errors.ts';
import type { HostTensors } from './host-tensors.ts';
import { STATE_FILE, checkId, inParallel, join, type ManifestFile, type TrainState } from './manifest.ts';
import { splitBySize, type CheckpointPart } from './parts.ts';
import { MAX_FILE_BYTES, fileName } from './plan.ts';
import { storedTensors, type StoredTensors } from './stored-tensors.ts';
import { safetensorsChunks } from './stream-safetensors.ts';
import { memorySource, streamSource, uploadFile, type FileSource } from './upload-file.ts';

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

const PARALLEL_FILES = 2;

/**
 * Saves a whole checkpoint of one process: the files, then the manifest with their sizes and sums, then `latest.json`. It is
 * visible when the manifest is, and the manifest is written only if there is none: of two writers of an id one gets EXISTS. Every
 * save writes to a folder of its own, so the loser cannot touch the winner's files; a failed save removes what it wrote.
 */
export async function saveCheckpoint(
  storage: ObjectStorage,
  prefix: string,
  o: SaveOptions,
): Promise<SavedCheckpoint> {
  checkId(o.id);
  await placeFor(storage, { prefix, ...o });
  const attempt = randomUUID().slice(0, 8);
  const keys = new Map<string, string>();
  const files: Record<string, ManifestFile> = {};
  const parts: Record<string, string[]> = {};
  try {
    await inParallel(filesOf(o, parts), PARALLEL_FILES, async ({ name, source }) => {
      const key = join(o.id, attempt, name);
      keys.set(name, key);
      files[name] = { key, ...(await uploadFile(storage, join(prefix, key), source)) };
    });
    const { id, state, replace } = o;
    return await commitCheckpoint(storage, { prefix, id, attempt, files, parts, state, replace });
  } catch (error) {
    // After a failure of the storage at the end the manifest may be there all the same, and then it needs its files.
    const complete = keys.size > 0 && Object.keys(files).length === keys.size;
    if (complete && !(error instanceof CheckpointError)) throw error;
    await removeFiles(storage, prefix, [...keys.values(), join(o.id, attempt, STATE_FILE)]);
    throw error;
  }
}

function isStored(tensors: HostTensors | StoredTensors): tensors is StoredTensors {
  return Object.values(tensors).every((tensor) => 'pieces' in tensor);
}

interface FileToWrite {
  name: string;
  source: FileSource;
}

function filesOf(o: SaveOptions, parts: Record<string, string[]>): FileToWrite[] {
  const list: FileToWrite[] = [];
  for (const [part, tensors] of Object.entries(o.parts)) {
    if (tensors === undefined) continue;
    const stored = isStored(tensors) ? tensors : storedTensors(tensors);
    const groups = splitBySize(stored, o.maxFileBytes ?? MAX_FILE_BYTES);
    parts[part] = groups.map((group, i) => {
      const name = fileName(part, i + 1, groups.length);
      const { bytes, headerBytes, chunks } = safetensorsChunks(group, { format: 'pt' });
      list.push({ name, source: streamSource(chunks, bytes, headerBytes) });
      return name;
    });
  }
  for (const [name, bytes] of Object.entries(o.extraFiles ?? {})) {
    if (name === STATE_FILE || list.some((file) => file.name === name)) {
      throw new TypeError(`the extra file '${name}' has the name of one of the checkpoint's own`);
    }
    list.push({ name, source: memorySource(bytes) });
  }
  return list;
}

/** What cannot be removed is not visible as a checkpoint either; the error that led here matters more. */
export async function removeFiles(
  storage: ObjectStorage,
  prefix: string,
  keys: readonly string[],
): Promise<void> {
  await Promise.allSettled(keys.map((key) => storage.delete(join(prefix, key))));
}
