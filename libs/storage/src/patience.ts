import { setTimeout as sleep } from 'node:timers/promises';
import { isStorageError, type StorageError } from './errors.ts';

export interface Patience {
  /** For how long failures in a row are tried again, ms; 0: not at all. */
  patienceMs: number;
  /** Told before each new try. */
  onRetry?: (error: StorageError) => void;
  signal?: AbortSignal;
}

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 10_000;

/**
 * Runs `work` again while the storage cannot be reached (UNREACHABLE: no connection, or 5xx), with growing pauses, until it has
 * been away for `patienceMs`. Any other failure is thrown at once; so is the signal's reason.
 */
export async function withPatience<T>(work: () => Promise<T>, o: Patience): Promise<T> {
  const began = performance.now();
  for (let delay = FIRST_DELAY_MS; ; delay = Math.min(2 * delay, LONGEST_DELAY_MS)) {
    o.signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      const left = o.patienceMs - (performance.now() - began);
      if (!isStorageError(error, 'UNREACHABLE') || left <= 0) throw error;
      o.onRetry?.(error);
      await sleep(Math.min(delay, left), undefined, { signal: o.signal }).catch(() => undefined);
    }
  }
}
