import type { ObjectStorage } from '@ovis/storage';
import { CheckpointError } from './errors.ts';
import { checkId, inParallel, join, manifestKey, readManifest } from './manifest.ts';
import { latestCheckpointId, listCheckpoints } from './load.ts';

/** Deletes a checkpoint: the manifest first, so that it is never visible in part. */
export async function deleteCheckpoint(storage: ObjectStorage, prefix: string, id: string): Promise<void> {
  checkId(id);
  let keys: string[] = [];
  try {
    const manifest = await readManifest(storage, prefix, id);
    keys = Object.values(manifest?.files ?? {}).map((file) => join(prefix, file.key));
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error; // a damaged one can be deleted too
  }
  await storage.delete(manifestKey(prefix, id));
  for await (const { key } of storage.list(`${join(prefix, id)}/`)) keys.push(key);
  await inParallel(new Set(keys), 4, (key) => storage.delete(key));
}

/** Keeps the `keep` last checkpoints and the last one of each stage; returns the ids that were deleted. */
export async function pruneCheckpoints(
  storage: ObjectStorage,
  prefix: string,
  keep: number,
): Promise<string[]> {
  const all = await listCheckpoints(storage, prefix);
  const keepIds = new Set(keep > 0 ? all.slice(-keep).map((manifest) => manifest.id) : []);
  for (const stage of new Set(all.map((manifest) => manifest.stage))) {
    const last = all.filter((manifest) => manifest.stage === stage).at(-1);
    if (last) keepIds.add(last.id);
  }
  const latest = await latestCheckpointId(storage, prefix);
  if (latest !== undefined) keepIds.add(latest);
  const old = all.map((manifest) => manifest.id).filter((id) => !keepIds.has(id));
  for (const id of old) await deleteCheckpoint(storage, prefix, id);
  return old;
}
