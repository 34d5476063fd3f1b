import type { ListedObject, ObjectStorage } from '@ovis/storage';
import { CheckpointError } from './errors.ts';
import { latestCheckpointId } from './load.ts';
import {
  checkId,
  compareIds,
  inParallel,
  join,
  manifestKey,
  readJson,
  readManifest,
  type Manifest,
} from './manifest.ts';

/** Which checkpoints stay beside the latest one and those at the end of a stage. Without any of the numbers: all of them. */
export interface RetentionPolicy {
  /** The last so many. */
  keepLast?: number;
  /** Those whose step is a multiple of this. */
  keepEvery?: number;
  /** The so many best by `metric` in each stage. */
  keepBest?: number;
  /** A name among the manifests' metrics; smaller is better. Default `loss`. */
  metric?: string;
}

export interface RetentionOptions {
  /** Checkpoints that stay in any case: what training started from. */
  inUse?: readonly string[];
  /** Folders that saves which are under way write to (`attempt`). */
  attempts?: readonly string[];
  /** How long the files of a deleted checkpoint stay for those who are reading it, ms. Default 10 minutes. */
  graceMs?: number;
  /** Age from which files that belong to no checkpoint are those of a dead save, ms. Default 1 hour. */
  orphanMs?: number;
  onWarning?: (message: string) => void;
}

export interface Swept {
  /** Checkpoints that are not there any more. */
  deleted: string[];
  /** Files that were taken away now, and their bytes. */
  files: number;
  bytes: number;
}

/** `<id>/deleted.json`: the checkpoint is gone, its files follow when nobody reads them any more. */
interface Tombstone {
  /** Milliseconds since the epoch. */
  at: number;
  keys: string[];
}

const GRACE_MS = 600_000;
const ORPHAN_MS = 3_600_000;
const PARALLEL = 8;
const TOMBSTONE = 'deleted.json';

/** Why each checkpoint that stays does so, by id. */
export function keptBy(
  manifests: readonly Manifest[],
  latest: string | undefined,
  policy: RetentionPolicy,
): Map<string, string> {
  const { keepLast, keepEvery, keepBest, metric = 'loss' } = policy;
  const kept = new Map<string, string>();
  const keep = (id: string, why: string): void => void (kept.has(id) || kept.set(id, why));
  const all = keepLast === undefined && keepEvery === undefined && keepBest === undefined;
  for (const { id, step, totalSteps } of manifests) {
    if (id === latest) keep(id, 'latest');
    else if (step >= totalSteps) keep(id, 'end of a stage');
    else if (all) keep(id, 'no retention is set');
    else if (keepEvery !== undefined && step % keepEvery === 0) keep(id, `every ${keepEvery} steps`);
  }
  if (keepLast) for (const { id } of manifests.slice(-keepLast)) keep(id, `last ${keepLast}`);
  for (const stage of new Set(keepBest ? manifests.map((manifest) => manifest.stage) : [])) {
    const value = ({ metrics, loss }: Manifest): number =>
      metrics?.[metric] ?? (metric === 'loss' ? loss : undefined) ?? Infinity;
    const best = manifests
      .filter((manifest) => manifest.stage === stage && value(manifest) < Infinity)
      .sort((a, b) => value(a) - value(b) || compareIds(b.id, a.id));
    for (const { id } of best.slice(0, keepBest)) keep(id, `best ${keepBest} by ${metric}`);
  }
  return kept;
}

/**
 * Deletes the checkpoints that no rule keeps, and files that belong to none. A checkpoint disappears first; its files follow in a later
 * call, `graceMs` on, and only those that no other checkpoint refers to. With a manifest that cannot be read nothing is deleted: what
 * it refers to is not known.
 */
export async function applyRetention(
  storage: ObjectStorage,
  prefix: string,
  policy: RetentionPolicy,
  o: RetentionOptions = {},
): Promise<Swept> {
  const graceMs = o.graceMs ?? GRACE_MS;
  const orphanMs = o.orphanMs ?? ORPHAN_MS;
  const swept: Swept = { deleted: [], files: 0, bytes: 0 };
  const objects = await listAll(storage, prefix);
  const manifests = await readManifests(storage, prefix, objects, (message) => o.onWarning?.(message));
  if (manifests === undefined) return swept;
  const latest = await latestCheckpointId(storage, prefix);
  const kept = keptBy(manifests, latest, policy);
  for (const id of o.inUse ?? []) kept.set(id, 'in use');
  const tombstones = await readTombstones(storage, prefix, objects);
  for (const manifest of manifests.filter(({ id }) => !kept.has(id))) {
    const keys = Object.values(manifest.files).map(({ key }) => key);
    const tombstone: Tombstone = { at: Date.now(), keys };
    await storage.put(join(prefix, manifest.id, TOMBSTONE), JSON.stringify(tombstone));
    await storage.delete(manifestKey(prefix, manifest.id));
    swept.deleted.push(manifest.id);
    tombstones.set(manifest.id, tombstone);
  }
  const referred = new Set(
    manifests
      .filter(({ id }) => kept.has(id))
      .flatMap(({ files }) => Object.values(files).map(({ key }) => key)),
  );
  const now = Date.now();
  const over = new Set<string>();
  const reading = new Set<string>();
  for (const { at, keys } of tombstones.values()) {
    for (const key of keys) (now - at >= graceMs ? over : reading).add(key);
  }
  const doomed = objects.filter(({ key, modifiedAt }) => {
    const [id, attempt, name] = key.split('/');
    if (id === undefined || attempt === undefined) return false;
    if (attempt === TOMBSTONE) return now - (tombstones.get(id)?.at ?? now) >= graceMs;
    if (name === undefined || referred.has(key) || reading.has(key)) return false;
    if (over.has(key)) return true;
    return !o.attempts?.includes(attempt) && modifiedAt !== undefined && now - modifiedAt >= orphanMs;
  });
  await inParallel(doomed, PARALLEL, async ({ key, size }) => {
    await storage.delete(join(prefix, key));
    swept.files++;
    swept.bytes += size;
  });
  return swept;
}

/** What deleting a checkpoint at once would take away: files that no other one refers to. */
export async function planDeletion(
  storage: ObjectStorage,
  prefix: string,
  id: string,
): Promise<{ files: ListedObject[]; bytes: number; shared: number }> {
  checkId(id);
  const objects = await listAll(storage, prefix);
  const unreadable: string[] = [];
  const others = await readManifests(
    storage,
    prefix,
    objects.filter(({ key }) => key !== `${id}/manifest.json`),
    (message) => unreadable.push(message),
  );
  if (others === undefined) {
    throw new CheckpointError(
      'IN_USE',
      `'${id}' cannot be deleted: which files other checkpoints need is not known (${unreadable.join('; ')})`,
      'delete the damaged checkpoint first',
    );
  }
  const own = await readManifest(storage, prefix, id).catch((error: unknown) => {
    // A damaged one can be deleted too: then its folder is.
    if (error instanceof CheckpointError) return undefined;
    throw error;
  });
  const referred = new Set(others.flatMap(({ files }) => Object.values(files).map(({ key }) => key)));
  const keys = new Set(Object.values(own?.files ?? {}).map(({ key }) => key));
  const mine = objects.filter(({ key }) => key.startsWith(`${id}/`) || keys.has(key));
  const files = mine.filter(({ key }) => !referred.has(key));
  return {
    files,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    shared: mine.length - files.length,
  };
}

/** Deletes a checkpoint at once: the manifest first, so that it is never visible in part. @throws CheckpointError IN_USE */
export async function deleteCheckpoint(storage: ObjectStorage, prefix: string, id: string): Promise<void> {
  const { files } = await planDeletion(storage, prefix, id).catch((error: unknown) => {
    // With another damaged one nothing is known of what it shares; then only the manifest goes.
    if (error instanceof CheckpointError && error.code === 'IN_USE') return { files: [] };
    throw error;
  });
  await storage.delete(manifestKey(prefix, id));
  await inParallel(files, PARALLEL, ({ key }) => storage.delete(join(prefix, key)));
}

/** Everything below the prefix, keys relative to it. */
async function listAll(storage: ObjectStorage, prefix: string): Promise<ListedObject[]> {
  const folder = join(prefix) === '' ? '' : `${join(prefix)}/`;
  const objects: ListedObject[] = [];
  for await (const object of storage.list(folder)) {
    objects.push({ ...object, key: object.key.slice(folder.length) });
  }
  return objects;
}

/** In the order of training; undefined when one cannot be read. */
async function readManifests(
  storage: ObjectStorage,
  prefix: string,
  objects: readonly ListedObject[],
  warn: (message: string) => void,
): Promise<Manifest[] | undefined> {
  const ids = objects.flatMap(({ key }) => /^([^/]+)\/manifest\.json$/.exec(key)?.[1] ?? []);
  const manifests: Manifest[] = [];
  let unreadable = false;
  await inParallel(ids, PARALLEL, async (id) => {
    try {
      const manifest = await readManifest(storage, prefix, id);
      if (manifest) manifests.push(manifest);
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      unreadable = true;
      warn(`${error.message}; no checkpoint is deleted, since it may refer to any file`);
    }
  });
  return unreadable ? undefined : manifests.sort((a, b) => compareIds(a.id, b.id));
}

async function readTombstones(
  storage: ObjectStorage,
  prefix: string,
  objects: readonly ListedObject[],
): Promise<Map<string, Tombstone>> {
  const found = new Map<string, Tombstone>();
  await inParallel(objects, PARALLEL, async ({ key }) => {
    const [id, name, more] = key.split('/');
    if (id === undefined || name !== TOMBSTONE || more !== undefined) return;
    const value = await readJson(storage, join(prefix, key)).catch(() => undefined);
    const { at, keys } = (value ?? {}) as Partial<Tombstone>;
    if (typeof at === 'number' && Array.isArray(keys)) found.set(id, { at, keys });
  });
  return found;
}
