import { BlockLoader, type Block, type BlockLoaderOptions, type BlockStart } from './block-loader.ts';
import { DatasetError } from './errors.ts';
import type { Sample } from './group-samples.ts';
import { checkLane, fingerprint } from './lane-plan.ts';

export type LaneOptions = BlockLoaderOptions;

/** Plain JSON. All that is needed to go on: the order is a function of seed, lane, epoch and block. */
export interface LaneCursor extends BlockStart {
  version: 1;
  lane: number;
  lanes: number;
  seed: number;
  shuffleBuffer: number;
  /** Of the list of shards. */
  shards: string;
  /** Key of the sample with which the block begins; checked on resume. */
  firstKey?: string;
  /** Samples of the block already given out. */
  emitted: number;
  /** Samples given out since the lane's beginning. */
  samples: number;
}

/**
 * One lane of a data set: an endless sequence of samples, epoch after epoch, each epoch every sample of the lane's
 * shards once. The next block is read while the current one is given out.
 *
 * The global batch of a step is made of equal shares of all lanes, whoever reads them: so it holds the same samples for
 * every number of trainers.
 */
export class LaneReader {
  readonly #o: LaneOptions;
  readonly #loader: BlockLoader;
  #loading: Promise<Block>;
  #block: Block | undefined;
  #position: BlockStart & { firstKey?: string };
  #emitted = 0;
  #samples = 0;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(o: LaneOptions, from?: LaneCursor) {
    checkLane(o);
    this.#o = o;
    const start: BlockStart = from
      ? { epoch: from.epoch, block: from.block, shard: from.shard, offset: from.offset, index: from.index }
      : { epoch: 0, block: 0, shard: 0, offset: 0, index: 0 };
    this.#position = start;
    this.#samples = from?.samples ?? 0;
    this.#loader = new BlockLoader(o, start);
    this.#loading = this.#load();
  }

  /** Goes on behind the last sample given out before `cursor()` was called. Refuses a cursor of other data or settings. */
  static async resume(o: LaneOptions, cursor: LaneCursor): Promise<LaneReader> {
    checkLane(o);
    const mine = { version: 1, lane: o.lane, lanes: o.lanes, seed: o.seed, shuffleBuffer: o.shuffleBuffer };
    const expected = { ...mine, shards: fingerprint(o.shards) };
    for (const [name, value] of Object.entries(expected)) {
      const saved = cursor[name as keyof typeof expected];
      if (saved !== value) throw mismatch(o, `${name} is ${value}, in the cursor ${saved}`);
    }
    const reader = new LaneReader(o, cursor);
    if (cursor.firstKey === undefined) return reader;
    try {
      const block = await reader.#loading;
      if (block.firstKey !== cursor.firstKey || block.start.offset !== cursor.offset) {
        throw mismatch(
          o,
          `sample '${cursor.firstKey}' is not at byte ${cursor.offset} of its shard any more`,
        );
      }
      if (cursor.emitted > block.samples.length) throw mismatch(o, 'the block has become shorter');
      reader.#take(block);
      reader.#emitted = cursor.emitted;
      return reader;
    } catch (error) {
      reader.close();
      throw error;
    }
  }

  /** The next sample. Calls may overlap; they are served in order. */
  next(): Promise<Sample> {
    const result = this.#tail.then(() => this.#next());
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** Where the lane is now, behind the last sample given out. */
  cursor(): LaneCursor {
    const { lane, lanes, seed, shuffleBuffer, shards } = this.#o;
    return {
      version: 1,
      lane,
      lanes,
      seed,
      shuffleBuffer,
      shards: fingerprint(shards),
      ...this.#position,
      emitted: this.#emitted,
      samples: this.#samples,
    };
  }

  /** Epochs completed. */
  get epoch(): number {
    return this.#position.epoch;
  }

  /** Ends transfers in the background. */
  close(): void {
    this.#loader.close();
  }

  async #next(): Promise<Sample> {
    if (this.#block === undefined || this.#emitted >= this.#block.samples.length) {
      this.#take(await this.#loading);
    }
    const sample = this.#block?.samples[this.#emitted];
    if (sample === undefined) throw new Error('a block without samples');
    this.#emitted += 1;
    this.#samples += 1;
    return sample;
  }

  #take(block: Block): void {
    this.#block = block;
    this.#position = { ...block.start, firstKey: block.firstKey };
    this.#emitted = 0;
    this.#loading = this.#load();
  }

  #load(): Promise<Block> {
    const loading = this.#loader.next();
    // An error belongs to whoever asks for that block, which may be much later, or never.
    loading.catch(() => undefined);
    return loading;
  }
}

function mismatch(o: LaneOptions, why: string): DatasetError {
  return new DatasetError(
    'CURSOR_MISMATCH',
    `the data cursor of lane ${o.lane} does not fit the data: ${why}`,
    'resume with the same shards, seed, lanes and shuffleBuffer as before, or start the stage anew',
  );
}
