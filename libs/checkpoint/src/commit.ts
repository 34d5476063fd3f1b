import { isStorageError, withPatience, type ObjectStorage, type Patience } from '@ovis/storage';
import { crc32 } from '@node-rs/crc32';
import { createHash } from 'node:crypto';
import { CheckpointError } from './errors.ts';
import {
  CHUNK_BYTES,
  MANIFEST_VERSION,
  STATE_FILE,
  inParallel,
  join,
  manifestKey,
  readManifest,
  type LatestPointer,
  type Manifest,
  type ManifestFile,
  type TrainState,
} from './manifest.ts';
import { hex32 } from './upload-file.ts';
import { verifyCheckpoint } from './verify.ts';

export interface CommitOptions {
  prefix: string;
  id: string;
  /** Folder below the id's that the files of this save lie in. */
  attempt: string;
  /** All files but `state.json`. */
  files: Record<string, ManifestFile>;
  parts: Record<string, string[]>;
  state: TrainState;
  metrics?: Record<string, number>;
  writer?: Manifest['writer'];
  /** Take the place of a whole checkpoint of this id. */
  replace?: boolean;
  chunkBytes?: number;
  patience?: Patience;
}

export interface SavedCheckpoint {
  id: string;
  manifestKey: string;
  /** `<storage url>/<prefix>/<id>`. */
  url: string;
  bytes: number;
  /** Of the files that were written for it. */
  writtenBytes: number;
  /** Set when the checkpoint is complete, but `latest.json` could not be moved to it (loading finds it all the same). */
  warning?: string;
}

const NO_PATIENCE: Patience = { patienceMs: 0 };

/**
 * Makes a checkpoint visible whose files have been written: `state.json`, then the manifest with a condition, then `latest.json`.
 * @throws CheckpointError EXISTS, MISSING_FILES
 */
export async function commitCheckpoint(storage: ObjectStorage, o: CommitOptions): Promise<SavedCheckpoint> {
  const { prefix, id, attempt, state, patience = NO_PATIENCE } = o;
  const key = manifestKey(prefix, id);
  const expected = await placeFor(storage, o, patience);
  await checkReferences(storage, o, patience);
  const stateBytes = new TextEncoder().encode(`${JSON.stringify(state, null, 1)}\n`);
  const stateFile = entryOf(join(id, attempt, STATE_FILE), stateBytes, o.chunkBytes);
  await withPatience(() => storage.put(join(prefix, stateFile.key), stateBytes), patience);
  const files = { ...o.files, [STATE_FILE]: stateFile };
  const sum = (some: ManifestFile[]): number => some.reduce((total, file) => total + file.bytes, 0);
  const { stage, step, totalSteps, loss, world, configHash, versions } = state;
  const metrics = { ...(loss === undefined ? {} : { loss }), ...o.metrics };
  const manifest: Manifest = {
    format: 'ovis-checkpoint',
    version: MANIFEST_VERSION,
    id,
    createdAt: new Date().toISOString(),
    stage,
    step,
    totalSteps,
    ...(loss === undefined ? {} : { loss }),
    metrics,
    bytes: sum(Object.values(files)),
    writtenBytes: sum(Object.values(files).filter((file) => isOwn(o, file))),
    attempt,
    ...(o.writer ? { writer: o.writer } : {}),
    world,
    configHash,
    versions,
    chunkBytes: o.chunkBytes ?? CHUNK_BYTES,
    parts: o.parts,
    files: Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  try {
    const condition = expected === undefined ? { ifNoneMatch: true } : { ifMatch: expected };
    await withPatience(
      () =>
        storage.put(key, `${JSON.stringify(manifest, null, 1)}\n`, {
          ...condition,
          contentType: 'application/json',
        }),
      patience,
    );
  } catch (error) {
    if (!isStorageError(error, 'PRECONDITION')) throw error;
    // A try whose answer was lost has won against the next one.
    if ((await ownManifest(storage, o))?.attempt !== attempt) throw exists(storage, prefix, id, error);
  }
  const { bytes, writtenBytes = bytes } = manifest;
  const saved: SavedCheckpoint = {
    id,
    manifestKey: key,
    url: `${storage.url}/${join(prefix, id)}`,
    bytes,
    writtenBytes,
  };
  const pointer: LatestPointer = { id, createdAt: manifest.createdAt };
  try {
    await withPatience(
      () =>
        storage.put(join(prefix, 'latest.json'), `${JSON.stringify(pointer)}\n`, {
          contentType: 'application/json',
        }),
      patience,
    );
  } catch (error) {
    saved.warning = `checkpoint '${id}' is saved, but latest.json was not updated: ${String(error)}`;
  }
  return saved;
}

/** What a manifest says of a small file in memory. */
export function entryOf(key: string, bytes: Uint8Array, chunkBytes = CHUNK_BYTES): ManifestFile {
  let sums = '';
  for (let at = 0; at < Math.max(bytes.length, 1); at += chunkBytes) {
    sums += hex32(crc32(bytes.subarray(at, at + chunkBytes)));
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { key, bytes: bytes.length, sha256, crc32: sums };
}

function isOwn({ id, attempt }: CommitOptions, file: ManifestFile): boolean {
  return file.key.startsWith(`${id}/${attempt}/`);
}

async function ownManifest(
  storage: ObjectStorage,
  { prefix, id }: Pick<CommitOptions, 'prefix' | 'id'>,
): Promise<Manifest | undefined> {
  try {
    return await readManifest(storage, prefix, id);
  } catch (error) {
    if (error instanceof CheckpointError) return undefined;
    throw error;
  }
}

/** undefined: the id is free. Else the etag of the manifest that may be replaced. @throws CheckpointError EXISTS */
export async function placeFor(
  storage: ObjectStorage,
  o: Pick<CommitOptions, 'prefix' | 'id' | 'writer' | 'replace'>,
  patience: Patience = NO_PATIENCE,
): Promise<string | undefined> {
  const { prefix, id } = o;
  const found = await withPatience(() => storage.head(manifestKey(prefix, id)), patience);
  if (found === undefined) return undefined;
  const now = await withPatience(() => ownManifest(storage, o), patience);
  // A writer that was left behind must not take the place of its gang's next generation.
  const newer =
    now?.writer && o.writer?.gang === now.writer.gang && now.writer.generation > o.writer.generation;
  if (newer) throw exists(storage, prefix, id);
  // A run that fell back behind a damaged checkpoint comes by its id again.
  if (o.replace || (await verifyCheckpoint(storage, prefix, id)).length > 0) return found.etag;
  throw exists(storage, prefix, id);
}

/** Files of earlier checkpoints must still be there. */
async function checkReferences(storage: ObjectStorage, o: CommitOptions, patience: Patience): Promise<void> {
  const references = Object.entries(o.files).filter(([, file]) => !isOwn(o, file));
  const missing: string[] = [];
  await inParallel(references, 8, async ([name, file]) => {
    const found = await withPatience(() => storage.head(join(o.prefix, file.key)), patience);
    if (found?.size !== file.bytes) missing.push(name);
  });
  if (missing.length === 0) return;
  throw new CheckpointError(
    'MISSING_FILES',
    `checkpoint '${o.id}' was not saved: files of earlier checkpoints that it needs are gone (${missing.sort().join(', ')})`,
    'the next one writes them again',
  );
}

export function exists(storage: ObjectStorage, prefix: string, id: string, cause?: unknown): CheckpointError {
  return new CheckpointError(
    'EXISTS',
    `another writer finished checkpoint '${id}' in ${storage.url}/${join(prefix)}; this one was not saved`,
    'make sure that only one gang saves, and that a resumed run starts from the latest checkpoint',
    cause,
  );
}
