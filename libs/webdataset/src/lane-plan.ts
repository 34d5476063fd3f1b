import { DatasetError } from './errors.ts';
import { generator, hash, shuffled } from './random.ts';

/** Which data a lane reads, in which order. Everything here follows from these numbers and the list of shards. */
export interface LaneSettings {
  /** URLs of all shards of the data set, the same list for every lane. */
  shards: string[];
  /** 0 <= lane < lanes. */
  lane: number;
  lanes: number;
  seed: number;
  /** Samples shuffled together; 0 or 1: the order of the shards' files. */
  shuffleBuffer: number;
}

export function checkLane(o: LaneSettings): void {
  if (
    !Number.isInteger(o.lanes) ||
    o.lanes < 1 ||
    !Number.isInteger(o.lane) ||
    o.lane < 0 ||
    o.lane >= o.lanes
  ) {
    throw new RangeError(`lane ${o.lane} of ${o.lanes} does not exist`);
  }
  if (!Number.isInteger(o.shuffleBuffer) || o.shuffleBuffer < 0) {
    throw new RangeError(`shuffleBuffer must be a whole number of samples, not ${o.shuffleBuffer}`);
  }
  if (o.shards.length < o.lanes) {
    throw new DatasetError(
      'TOO_FEW_SHARDS',
      `${o.shards.length} shards cannot feed ${o.lanes} lanes: every lane reads shards of its own (${o.shards[0] ?? 'no shards'} ...)`,
      `write the data as at least ${o.lanes} shards, or set data.lanes to at most ${o.shards.length}`,
    );
  }
}

/** The lane's shards in an epoch: all shards shuffled alike for every lane, of which it takes each `lanes`-th. */
export function laneShards(o: LaneSettings, epoch: number): string[] {
  return shuffled(o.shards, hash('shards', o.seed, epoch)).filter((_, i) => i % o.lanes === o.lane);
}

/**
 * Samples of a lane are shuffled in blocks: consecutive samples of an epoch, permuted. A block depends on its number only,
 * so resuming inside one needs to read just that block again. The first block of an epoch has a random length, so that
 * neighbours do not share a block in every epoch.
 */
export function blockLength(o: LaneSettings, epoch: number, block: number): number {
  const full = Math.max(1, o.shuffleBuffer);
  return block > 0 ? full : 1 + (generator(hash('first block', o.seed, o.lane, epoch))() % full);
}

export function shuffleBlock<T>(o: LaneSettings, epoch: number, block: number, samples: T[]): T[] {
  return o.shuffleBuffer > 1 ? shuffled(samples, hash('block', o.seed, o.lane, epoch, block)) : samples;
}

/** Identifies the list of shards by their names, so that a data set that was moved as a whole stays the same. */
export function fingerprint(shards: string[]): string {
  const names = shards.map((url) => url.slice(url.lastIndexOf('/') + 1));
  return `${shards.length}-${hash('names', ...names.map((name) => hash(name))).toString(16)}`;
}
