import { availableParallelism } from 'node:os';

export interface ThreadShares {
  /** Parts of a micro-batch, or batches of questions, that are computed side by side. */
  shards: number;
  /** For the engine: threads inside one operation, and operations at the same time. */
  engine: { intraOpThreads: number; interOpThreads: number };
}

/** More would leave too little of a micro-batch to each. */
const MOST_SHARDS = 4;

/**
 * Shares threads out between shards. A thread with a shard of its own does not wait for others within small operations: the demo's
 * steps take two thirds of the time that they take with both threads inside each operation (`npm run bench -- engine`).
 * @param threads 0 = all cores
 */
export function shareThreads(threads: number, cores = availableParallelism()): ThreadShares {
  const all = threads || cores;
  const shards = Math.min(all, MOST_SHARDS);
  return { shards, engine: { intraOpThreads: Math.ceil(all / shards), interOpThreads: shards } };
}
