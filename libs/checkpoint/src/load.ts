import { type ObjectStorage } from '@ovis/storage';
import { CheckpointError } from './errors.ts';
import type { HostTensors } from './host-tensors.ts';
import {
  compareIds,
  inParallel,
  join,
  listIds,
  readJson,
  readManifest,
  type LatestPointer,
  type Manifest,
  type TrainState,
} from './manifest.ts';
import type { CheckpointPart } from './parts.ts';
import { CheckpointReader, isDamage, type ReadOptions } from './reader.ts';

export interface UseOptions {
  /** Only these; default all. State and extra files always come along. */
  parts?: readonly CheckpointPart[];
  /** When the checkpoint is damaged, use the one before it, with a warning. Default true; false: CORRUPT. */
  fallback?: boolean;
  /** Told at once. */
  onWarning?: (message: string) => void;
}

export interface LoadOptions extends UseOptions, ReadOptions {}

export interface LoadedCheckpoint {
  /** Its `id` says which checkpoint it is, after a fall-back another one than asked for. */
  manifest: Manifest;
  /** Those asked for, as far as the checkpoint has them. */
  parts: Partial<Record<CheckpointPart, HostTensors>>;
  state: TrainState;
  /** The extra files: config.json, tokenizer.json, ... */
  files: Record<string, Uint8Array>;
  warnings: string[];
}

const PARALLEL_FILES = 4;

/**
 * Opens the newest checkpoint or that of an id, and lets `use` read from it what it needs. When some of that turns out to be
 * damaged, the one before is opened and `use` called again, with a warning: what it did before does not count then.
 * @throws CheckpointError NOT_FOUND; CORRUPT when there is no whole one; what `use` throws otherwise
 */
export async function useCheckpoint<T>(
  storage: ObjectStorage,
  prefix: string,
  id: string,
  use: (reader: CheckpointReader) => Promise<T>,
  o: UseOptions = {},
): Promise<T> {
  const warn = (message: string): void => o.onWarning?.(message);
  const ids = await listIds(storage, prefix);
  const wanted = id === 'latest' ? await latestId(storage, prefix, ids, warn) : id;
  if (wanted === undefined || !ids.includes(wanted)) throw notFound(storage, prefix, id, ids);
  const candidates = ids.filter((other) => compareIds(other, wanted) <= 0).reverse();
  let first: CheckpointError | undefined;
  for (const [i, candidate] of candidates.entries()) {
    try {
      const reader = await CheckpointReader.open(storage, prefix, candidate, o.parts);
      if (reader === undefined) throw notFound(storage, prefix, candidate, ids);
      return await use(reader);
    } catch (error) {
      if (!isDamage(error) || o.fallback === false) throw error;
      first ??= error;
      const before = candidates[i + 1];
      if (before !== undefined) warn(`${error.message}; falling back to '${before}'`);
    }
  }
  throw new CheckpointError(
    'CORRUPT',
    `${first?.message ?? `checkpoint '${wanted}' is damaged`}, and no earlier checkpoint is whole`,
    'start the stage anew, or copy a whole checkpoint back into the folder',
    first,
  );
}

/**
 * Loads the newest checkpoint or that of an id into memory of its own; every byte read is checked. A damaged checkpoint is passed
 * over for the one before it, with a warning; NOT_FOUND or CORRUPT when there is none.
 */
export async function loadCheckpoint(
  storage: ObjectStorage,
  prefix: string,
  id: string,
  o: LoadOptions = {},
): Promise<LoadedCheckpoint> {
  const warnings: string[] = [];
  const onWarning = (message: string): void => {
    warnings.push(message);
    o.onWarning?.(message);
  };
  return useCheckpoint(
    storage,
    prefix,
    id,
    async (reader) => {
      const { manifest, state, files } = reader;
      const tensors = await reader.readTensors(reader.tensors.keys(), o);
      const parts: LoadedCheckpoint['parts'] = {};
      for (const part of Object.keys(manifest.parts) as CheckpointPart[]) {
        if (o.parts === undefined || o.parts.includes(part)) parts[part] = {};
      }
      for (const [name, { part }] of reader.tensors) (parts[part] ??= {})[name] = tensors[name]!;
      return { manifest, parts, state, files, warnings };
    },
    { ...o, onWarning },
  );
}

/** Manifests of all checkpoints in the order of training; unreadable ones are passed over with a warning. */
export async function listCheckpoints(
  storage: ObjectStorage,
  prefix: string,
  o: { onWarning?: (message: string) => void } = {},
): Promise<Manifest[]> {
  const ids = await listIds(storage, prefix);
  const found = new Map<string, Manifest>();
  await inParallel(ids, PARALLEL_FILES, async (id) => {
    const manifest = await tolerant(storage, prefix, id, (message) => o.onWarning?.(message));
    if (manifest) found.set(id, manifest);
  });
  return ids.flatMap((id) => found.get(id) ?? []);
}

/** Which checkpoint `latest` is, without loading it; undefined when there is none. */
export async function latestCheckpointId(
  storage: ObjectStorage,
  prefix: string,
): Promise<string | undefined> {
  return latestId(storage, prefix, await listIds(storage, prefix), () => undefined);
}

/**
 * The pointer's checkpoint, or a later one that was finished after it (the writer died between manifest and pointer).
 * Without a usable pointer: the last id.
 */
async function latestId(
  storage: ObjectStorage,
  prefix: string,
  ids: string[],
  warn: (message: string) => void,
): Promise<string | undefined> {
  let pointer: Partial<LatestPointer> | undefined;
  try {
    pointer = ((await readJson(storage, join(prefix, 'latest.json'))) ?? undefined) as typeof pointer;
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    warn(`${error.message}; using the list of checkpoints instead`);
  }
  const { id, createdAt = '' } = pointer ?? {};
  if (id === undefined || !ids.includes(id)) return ids.at(-1);
  let latest = { id, createdAt };
  for (const later of ids.filter((other) => compareIds(other, id) > 0)) {
    const manifest = await tolerant(storage, prefix, later, warn);
    if (manifest && manifest.createdAt >= latest.createdAt)
      latest = { id: later, createdAt: manifest.createdAt };
  }
  return latest.id;
}

async function tolerant(
  storage: ObjectStorage,
  prefix: string,
  id: string,
  warn: (message: string) => void,
): Promise<Manifest | undefined> {
  try {
    return await readManifest(storage, prefix, id);
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    warn(error.message);
    return undefined;
  }
}

function notFound(storage: ObjectStorage, prefix: string, id: string, ids: string[]): CheckpointError {
  const what = id === 'latest' ? 'no checkpoint' : `no checkpoint '${id}'`;
  const some = ids.slice(-5).join(', ');
  return new CheckpointError(
    'NOT_FOUND',
    `there is ${what} in ${storage.url}/${join(prefix)}`,
    ids.length > 0
      ? `there are ${ids.length}, the last: ${some}`
      : 'start the run from its backbones; check the URL if it ran before',
  );
}
