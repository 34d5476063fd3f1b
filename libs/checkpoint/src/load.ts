import { type ObjectStorage } from '@ovis/storage';
import { CheckpointError } from './errors.ts';
import type { HostTensors } from './host-tensors.ts';
import {
  STATE_FILE,
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
import { decodeSafetensors } from './safetensors.ts';
import { readVerified } from './verify.ts';

export interface LoadOptions {
  /** Only these; default all. State and extra files always come along. */
  parts?: CheckpointPart[];
  /** When the checkpoint is damaged, use the one before it, with a warning. Default true; false: CORRUPT. */
  fallback?: boolean;
  /** Told at once, beside being collected in `warnings`. */
  onWarning?: (message: string) => void;
}

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
 * Loads the newest checkpoint or that of an id; every file read is checked against size and sha256 of the manifest. A
 * damaged checkpoint is passed over for the one before it, with a warning; NOT_FOUND or CORRUPT when there is none.
 */
export async function loadCheckpoint(
  storage: ObjectStorage,
  prefix: string,
  id: string,
  o: LoadOptions = {},
): Promise<LoadedCheckpoint> {
  const warnings: string[] = [];
  const warn = (message: string): void => {
    warnings.push(message);
    o.onWarning?.(message);
  };
  const ids = await listIds(storage, prefix);
  const wanted = id === 'latest' ? await latestId(storage, prefix, ids, warn) : id;
  if (wanted === undefined || !ids.includes(wanted)) throw notFound(storage, prefix, id, ids);
  const candidates = ids.filter((other) => compareIds(other, wanted) <= 0).reverse();
  let damaged: CheckpointError | undefined;
  for (const [i, candidate] of candidates.entries()) {
    try {
      return { ...(await loadOne(storage, prefix, candidate, o.parts)), warnings };
    } catch (error) {
      if (!(error instanceof CheckpointError) || !['CORRUPT', 'BAD_SAFETENSORS'].includes(error.code))
        throw error;
      damaged ??= error;
      const before = candidates[i + 1];
      if (o.fallback === false) throw error;
      if (before !== undefined) warn(`${error.message}; falling back to '${before}'`);
    }
  }
  throw new CheckpointError(
    'CORRUPT',
    `${damaged?.message ?? `checkpoint '${wanted}' is damaged`}, and no earlier checkpoint is whole`,
    'start the stage anew, or copy a whole checkpoint back into the folder',
    damaged,
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

async function loadOne(
  storage: ObjectStorage,
  prefix: string,
  id: string,
  wanted: CheckpointPart[] | undefined,
): Promise<Omit<LoadedCheckpoint, 'warnings'>> {
  const manifest = await readManifest(storage, prefix, id);
  if (manifest === undefined) throw notFound(storage, prefix, id, []);
  const partOfFile = new Map<string, CheckpointPart>();
  for (const [part, names] of Object.entries(manifest.parts)) {
    for (const name of names) partOfFile.set(name, part as CheckpointPart);
  }
  const parts: LoadedCheckpoint['parts'] = {};
  const files: Record<string, Uint8Array> = {};
  let state: TrainState | undefined;
  const names = Object.keys(manifest.files).concat(manifest.files[STATE_FILE] ? [] : [STATE_FILE]);
  await inParallel(names, PARALLEL_FILES, async (name) => {
    const part = partOfFile.get(name);
    if (part !== undefined && wanted !== undefined && !wanted.includes(part)) return;
    const bytes = await readVerified(storage, prefix, manifest, name);
    if (part !== undefined) parts[part] = { ...parts[part], ...decodeSafetensors(bytes).tensors };
    else if (name === STATE_FILE) state = JSON.parse(new TextDecoder().decode(bytes)) as TrainState;
    else files[name] = bytes;
  });
  if (state === undefined) throw new Error('a checkpoint without a state was taken for a whole one');
  return { manifest, parts, state, files };
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
