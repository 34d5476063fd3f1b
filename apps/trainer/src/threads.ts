import { availableParallelism } from 'node:os';

export interface ThreadShares {
  /** For the engine: threads inside one operation, and operations at the same time. */
  engine: { intraOpThreads: number; interOpThreads: number };
  /** Batches of questions that are answered side by side. */
  lanes: number;
}

/** More would leave too little work to each. */
const MOST_LANES = 4;
/** Two operations at a time, as a micro-batch has two shards by default (`gang.batchShards`). */
const SHARDS = 2;

/**
 * Shares threads out between operations that run side by side and inside each of them. A thread with a shard of its own does not
 * wait for others within small operations: the demo's steps take two thirds of the time that they take with both threads inside
 * each operation (`npm run bench -- engine`).
 * @param threads 0 = all cores
 */
export function shareThreads(threads: number, cores = availableParallelism()): ThreadShares {
  const all = threads || cores;
  const lanes = Math.min(all, MOST_LANES);
  return { lanes, engine: { intraOpThreads: Math.ceil(all / SHARDS), interOpThreads: lanes } };
}
