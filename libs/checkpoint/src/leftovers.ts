import { type ObjectStorage, type Patience } from '@ovis/storage';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from './manifest.ts';
import { removeFiles } from './save.ts';
import { shareKey, writeShare, type Share } from './share.ts';

export interface LeftoversOptions {
  storage: ObjectStorage;
  rank: number;
  world: number;
  attempt: string;
  patience: Patience;
}

/** The longest time in which what failed is taken away again, ms. */
export const REMOVAL_MS = 10_000;
const TELL_EVERY_MS = 1_000;

/**
 * Takes away what a gang wrote for a checkpoint that will never be complete. Its ranks may still be writing, and may end while nobody
 * listens any more: of a rank and rank 0 the one that ends last cleans up behind both ({@link writeShare}).
 */
export class Leftovers {
  readonly #o: LeftoversOptions;
  /** Rank 0: saves that failed while the storage took no word to the other ranks. */
  readonly #dead = new Set<string>();
  /** Words to rank 0 that the storage has not taken yet. */
  #telling: Promise<unknown> = Promise.resolve();

  constructor(options: LeftoversOptions) {
    this.#o = options;
  }

  /** Resolves when nothing is left to be told to rank 0. */
  get told(): Promise<unknown> {
    return this.#telling;
  }

  /** Rank 0 gives a save up, of which it wrote `names`; ranks that are still writing for it find that out. */
  async giveUp(id: string, failed: string, names: readonly string[]): Promise<void> {
    const waiting = new Set<string>();
    const others = Array.from({ length: this.#o.world - 1 }, (_, i) => i + 1);
    const tell = async (rank: number): Promise<void> => {
      if (await this.#write(id, this.#failed(rank, `rank 0 gave it up: ${failed}`), inHurry()))
        waiting.add(shareKey('', id, this.#o.attempt, rank));
    };
    const [, ...told] = await Promise.allSettled([this.remove(id, names), ...others.map(tell)]);
    if (told.some(({ status }) => status === 'rejected')) this.#dead.add(id);
    else await this.#removeAll(id, waiting);
  }

  /** Another rank has no share of a save, for which it wrote `names`, and says so. */
  async refuse(id: string, failed: string, names: readonly string[]): Promise<void> {
    const share = this.#failed(this.#o.rank, failed);
    const heard = await this.#write(id, share, inHurry()).catch(() => {
      this.#keepTelling(id, share);
      return true;
    });
    // Rank 0 has gone before.
    await this.remove(id, names, heard ? [] : [this.#o.rank]);
  }

  /** Rank 0: takes away what ranks wrote for saves that failed. Once nobody writes any more nothing is left of them. */
  async tidy(): Promise<void> {
    for (const id of this.#dead) await this.#removeAll(id);
  }

  /** Takes these files and shares away, as far as possible. */
  async remove(id: string, names: readonly string[], shares: readonly number[] = []): Promise<void> {
    const { storage, attempt } = this.#o;
    await removeFiles(storage, '', [
      ...names.map((name) => join(id, attempt, name)),
      ...shares.map((rank) => shareKey('', id, attempt, rank)),
    ]);
  }

  async #removeAll(id: string, but: ReadonlySet<string> = new Set()): Promise<void> {
    const { storage, attempt } = this.#o;
    const keys: string[] = [];
    try {
      for await (const { key } of storage.list(`${join(id, attempt)}/`)) if (!but.has(key)) keys.push(key);
    } catch {
      return; // What stays is invisible, and swept in time.
    }
    await removeFiles(storage, '', keys);
  }

  #failed(rank: number, failed: string): Share {
    return { rank, world: this.#o.world, files: {}, parts: {}, cursors: [], failed };
  }

  #write(id: string, share: Share, patience: Patience): Promise<boolean> {
    const { storage, attempt } = this.#o;
    return writeShare(storage, { prefix: '', id, attempt }, share, patience);
  }

  /** Rank 0 waits for this rank's word: it comes as soon as the storage takes it, a full one when there is room again. */
  #keepTelling(id: string, share: Share): void {
    const { patienceMs, signal } = this.#o.patience;
    const deadline = performance.now() + patienceMs;
    const tell = async (): Promise<void> => {
      while (performance.now() < deadline && !signal?.aborted) {
        await sleep(TELL_EVERY_MS, undefined, { signal, ref: false });
        const heard = await this.#write(id, share, { patienceMs: 0 }).catch(() => undefined);
        if (heard === false) await this.remove(id, [], [share.rank]);
        if (heard !== undefined) return;
      }
    };
    this.#telling = Promise.all([this.#telling, tell().catch(() => undefined)]);
  }
}

function inHurry(): Patience {
  return { patienceMs: 0, signal: AbortSignal.timeout(REMOVAL_MS) };
}
