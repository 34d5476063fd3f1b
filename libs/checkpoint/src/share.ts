import { isStorageError, withPatience, type ObjectStorage, type Patience } from '@ovis/storage';
import { setTimeout as sleep } from 'node:timers/promises';
import { CheckpointError } from './errors.ts';
import { join, readJson, type ManifestFile } from './manifest.ts';

/** What one rank contributes to a checkpoint: written as `<id>/<attempt>/rank-0003.json` behind its files. */
export interface Share {
  rank: number;
  world: number;
  /** Its files, new ones and those of earlier checkpoints, by name. */
  files: Record<string, ManifestFile>;
  /** The names among them that hold tensors, by part. */
  parts: Record<string, string[]>;
  /** Where the rank's readers of data stand. */
  cursors: unknown[];
  /** Why there will be no share. */
  failed?: string;
}

export function shareKey(prefix: string, id: string, attempt: string, rank: number): string {
  return join(prefix, id, attempt, `rank-${String(rank).padStart(4, '0')}.json`);
}

/**
 * Writes a share where there is none. Rank 0, when it gives a checkpoint up, writes failed ones in the places of the others: of a
 * rank and rank 0 only one gets the place, and the other one, which knows that both have ended, takes everything away.
 * @returns false: the place is taken
 */
export async function writeShare(
  storage: ObjectStorage,
  at: { prefix: string; id: string; attempt: string },
  share: Share,
  patience: Patience,
): Promise<boolean> {
  const key = shareKey(at.prefix, at.id, at.attempt, share.rank);
  const text = `${JSON.stringify(share)}\n`;
  try {
    await withPatience(() => storage.put(key, text, { ifNoneMatch: true }), patience);
    return true;
  } catch (error) {
    if (!isStorageError(error, 'PRECONDITION')) throw error;
    // A try whose answer was lost may have won.
    const there = await withPatience(() => readJson(storage, key), patience);
    return JSON.stringify(there) === JSON.stringify(share);
  }
}

const FIRST_POLL_MS = 20;
const LONGEST_POLL_MS = 1_000;
/** While nothing comes, the storage is asked so often whether it still takes anything. */
const PROBE_EVERY_MS = 5_000;

/**
 * The shares of all other ranks of a gang, waited for. Ranks meet in the storage alone: they train while their shares are under way,
 * and one that died is noticed because its share does not come.
 * @throws CheckpointError INCOMPLETE when a share failed or did not come within `patience.patienceMs`; StorageError DISK_FULL: then no rank
 *   can write that it failed either
 */
export async function awaitShares(
  storage: ObjectStorage,
  at: { prefix: string; id: string; attempt: string },
  ranks: readonly number[],
  patience: Patience,
): Promise<Share[]> {
  const shares = new Map<number, Share>();
  const began = performance.now();
  let probed = began;
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(2 * pause, LONGEST_POLL_MS)) {
    for (const rank of ranks) {
      if (shares.has(rank)) continue;
      const key = shareKey(at.prefix, at.id, at.attempt, rank);
      const found = await withPatience(() => readJson(storage, key), patience);
      if (found !== undefined) shares.set(rank, found as Share);
    }
    const failed = [...shares.values()].find((share) => share.failed !== undefined);
    if (failed) throw incomplete(at.id, `rank ${failed.rank} could not write its share: ${failed.failed}`);
    if (shares.size === ranks.length) return ranks.map((rank) => shares.get(rank)!);
    if (performance.now() - began > patience.patienceMs) {
      const missing = ranks.filter((rank) => !shares.has(rank)).join(', ');
      throw incomplete(
        at.id,
        `the share of rank ${missing} did not come within ${Math.round(patience.patienceMs / 1000)} s`,
      );
    }
    if (performance.now() - probed > PROBE_EVERY_MS) {
      probed = performance.now();
      await probe(storage, at);
    }
    await sleep(pause, undefined, { signal: patience.signal }).catch(() => undefined);
    patience.signal?.throwIfAborted();
  }
}

/** Writes something where rank 0's share would be, which rank 0 has in memory. @throws StorageError DISK_FULL */
async function probe(
  storage: ObjectStorage,
  at: { prefix: string; id: string; attempt: string },
): Promise<void> {
  try {
    await storage.put(shareKey(at.prefix, at.id, at.attempt, 0), '{}\n');
  } catch (error) {
    // One that is away will be there again.
    if (isStorageError(error, 'DISK_FULL')) throw error;
  }
}

export function incomplete(id: string, why: string): CheckpointError {
  return new CheckpointError(
    'INCOMPLETE',
    `checkpoint '${id}' stays incomplete: ${why}`,
    'nothing of it is visible; the next one is tried at the next interval',
  );
}
