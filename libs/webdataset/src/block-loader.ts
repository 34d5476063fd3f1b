import { DatasetError } from './errors.ts';
import type { Sample } from './group-samples.ts';
import { blockLength, laneShards, shuffleBlock, type LaneSettings } from './lane-plan.ts';
import { readShard, type ShardReader } from './read-shard.ts';
import { indexUrl, loadShardIndex, type ShardIndex } from './shard-index.ts';

/** Where a block begins. */
export interface BlockStart {
  epoch: number;
  /** Number of the block in its epoch. */
  block: number;
  /** Which of the lane's shards of this epoch, and byte and number of the first sample in it. */
  shard: number;
  offset: number;
  index: number;
}

export interface Block {
  start: BlockStart;
  /** Key of the sample at `start`. */
  firstKey: string;
  /** In the order in which they are given out. */
  samples: Sample[];
}

export interface BlockLoaderOptions extends LaneSettings {
  storageEnv?: NodeJS.ProcessEnv;
  /** Check shards against their index when there is one. Default true. */
  verify?: boolean;
}

/** Reads a lane's blocks in order, from any block on; the transfer of the next shard begins while one is read. */
export class BlockLoader {
  readonly #o: BlockLoaderOptions;
  readonly #indexes = new Map<string, Promise<ShardIndex | undefined>>();
  #epoch: number;
  #block: number;
  #shards: string[];
  #shard: number;
  #start: { offset: number; index: number } | undefined;
  #current: ShardReader | undefined;
  #next: { url: string; reader: ShardReader } | undefined;
  /** Samples read but not yet part of a block. */
  #pending: Sample[] = [];
  #pendingAt = 0;
  #samplesInEpoch = 0;
  #closed = false;

  constructor(o: BlockLoaderOptions, from: BlockStart) {
    this.#o = o;
    this.#epoch = from.epoch;
    this.#block = from.block;
    this.#shards = laneShards(o, from.epoch);
    this.#shard = from.shard;
    this.#start = { offset: from.offset, index: from.index };
    this.#samplesInEpoch = from.block; // only whether it is 0 matters
  }

  /** The next block; never empty. */
  async next(): Promise<Block> {
    const wanted = blockLength(this.#o, this.#epoch, this.#block);
    const samples: Sample[] = [];
    let start: BlockStart | undefined;
    while (samples.length < wanted) {
      const sample = this.#pending[this.#pendingAt++];
      if (sample !== undefined) {
        start ??= {
          epoch: this.#epoch,
          block: this.#block,
          shard: this.#shard,
          offset: sample.offset,
          index: sample.index,
        };
        samples.push(sample);
      } else if (!(await this.#readMore())) {
        // The epoch is over; blocks do not reach into the next.
        if (samples.length > 0) break;
        this.#nextEpoch();
        return this.next();
      }
    }
    const first = samples[0];
    if (start === undefined || first === undefined) throw new Error('a block without samples');
    const block = {
      start,
      firstKey: first.key,
      samples: shuffleBlock(this.#o, this.#epoch, this.#block, samples),
    };
    this.#block += 1;
    this.#samplesInEpoch += samples.length;
    return block;
  }

  close(): void {
    this.#closed = true;
    this.#current?.stop();
    this.#next?.reader.stop();
  }

  /** Fills `#pending`; false at the end of the epoch. */
  async #readMore(): Promise<boolean> {
    for (;;) {
      if (this.#closed) throw new Error('the lane reader was closed');
      if (this.#current === undefined) {
        const url = this.#shards[this.#shard];
        if (url === undefined) return false;
        this.#current = this.#open(url);
        this.#openNext();
      }
      const read = await this.#current.batches.next();
      if (!read.done) {
        this.#pending = read.value;
        this.#pendingAt = 0;
        return true;
      }
      this.#current = undefined;
      this.#start = undefined;
      this.#shard += 1;
    }
  }

  #nextEpoch(): void {
    if (this.#samplesInEpoch === 0) {
      throw new DatasetError(
        'EMPTY_LANE',
        `lane ${this.#o.lane} of ${this.#o.lanes} found no samples in its ${this.#shards.length} shards (${this.#shards[0]} ...)`,
        'check that the shards hold files named KEY.EXTENSION',
      );
    }
    this.#epoch += 1;
    this.#block = 0;
    this.#shard = 0;
    this.#samplesInEpoch = 0;
    this.#shards = laneShards(this.#o, this.#epoch);
  }

  #open(url: string): ShardReader {
    const ready = this.#next;
    this.#next = undefined;
    if (ready?.url === url && this.#start === undefined) return ready.reader;
    ready?.reader.stop();
    return readShard(url, { env: this.#o.storageEnv, start: this.#start, index: this.#index(url) });
  }

  #openNext(): void {
    const url = this.#shards[this.#shard + 1] ?? laneShards(this.#o, this.#epoch + 1)[0];
    if (url === undefined) return;
    this.#next = { url, reader: readShard(url, { env: this.#o.storageEnv, index: this.#index(url) }) };
  }

  #index(shard: string): Promise<ShardIndex | undefined> | undefined {
    const url = this.#o.verify === false ? undefined : indexUrl(shard);
    if (url === undefined) return undefined;
    const known = this.#indexes.get(url);
    if (known) return known;
    const loading = loadShardIndex(url, this.#o.storageEnv);
    loading.catch(() => undefined); // whoever reads the shard gets it
    this.#indexes.set(url, loading);
    return loading;
  }
}
