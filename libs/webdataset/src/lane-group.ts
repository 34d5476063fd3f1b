import { DatasetError } from './errors.ts';
import type { Sample } from './group-samples.ts';
import { LaneReader, type LaneCursor, type LaneOptions } from './lane-reader.ts';

export interface LaneGroupOptions extends Omit<LaneOptions, 'lane'> {
  rank: number;
  /** Must divide `lanes`. */
  world: number;
  /** Cursors of all lanes (of any former world size); without them the group starts at the beginning. */
  cursors?: LaneCursor[];
}

/** The lanes of a rank: `{i : i % world == rank}`. */
export function lanesOf(rank: number, world: number, lanes: number): number[] {
  if (lanes % world !== 0) {
    throw new DatasetError(
      'BAD_BATCH',
      `${lanes} lanes cannot be dealt out evenly to ${world} trainers`,
      'set data.lanes to a multiple of every number of trainers the run may have',
    );
  }
  return Array.from({ length: lanes / world }, (_, i) => rank + i * world);
}

/** The lanes that one trainer reads, and its share of each global batch. */
export class LaneGroup {
  readonly #readers: LaneReader[];
  readonly #o: LaneGroupOptions;

  private constructor(o: LaneGroupOptions, readers: LaneReader[]) {
    this.#o = o;
    this.#readers = readers;
  }

  static async open(o: LaneGroupOptions): Promise<LaneGroup> {
    const readers = await Promise.allSettled(
      lanesOf(o.rank, o.world, o.lanes).map(async (lane) => {
        if (o.cursors === undefined) return new LaneReader({ ...o, lane });
        const cursor = o.cursors.find((saved) => saved.lane === lane);
        if (cursor) return LaneReader.resume({ ...o, lane }, cursor);
        throw new DatasetError(
          'CURSOR_MISMATCH',
          `the checkpoint has no data cursor of lane ${lane}`,
          'resume with the same data.lanes as before',
        );
      }),
    );
    const failed = readers.find((result) => result.status === 'rejected');
    const open = readers.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    if (failed?.status === 'rejected') {
      for (const reader of open) reader.close();
      throw failed.reason;
    }
    return new LaneGroup(o, open);
  }

  /** This rank's samples of the next global batch: `globalBatch / lanes` from each of its lanes, lane after lane. */
  async nextBatch(globalBatch: number): Promise<Sample[]> {
    const share = globalBatch / this.#o.lanes;
    if (!Number.isInteger(share) || share < 1) {
      throw new DatasetError(
        'BAD_BATCH',
        `a batch of ${globalBatch} cannot be made of equal shares of ${this.#o.lanes} lanes`,
        `set batchSize to a multiple of data.lanes (${this.#o.lanes})`,
      );
    }
    const shares = await Promise.all(
      this.#readers.map((reader) => Promise.all(Array.from({ length: share }, () => reader.next()))),
    );
    return shares.flat();
  }

  /** Cursors of this rank's lanes; a checkpoint needs those of all ranks. */
  cursors(): LaneCursor[] {
    return this.#readers.map((reader) => reader.cursor());
  }

  close(): void {
    for (const reader of this.#readers) reader.close();
  }
}
