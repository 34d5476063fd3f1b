import { rung } from './few-shapes.ts';
import { cheapestCut, packRows } from './pack-rows.ts';
import type { PackedRow, Rows } from './pack-rows.ts';

/** Rows of one micro-batch. */
export interface MicroBatchPlan {
  rows: Rows;
  /** Of its rows. */
  length: number;
  /** Rows that each shard has room for. */
  perShard: number;
}

export interface PlanOptions {
  maxLength: number;
  lengthMultiple?: number;
  microBatches: number;
  shards: number;
  /** D of the decoder: decides what attention costs beside the products with weights. */
  width: number;
}

/**
 * Packs samples into rows and these into micro-batches, first-fit decreasing. Rows are `maxLength` long, or a half, quarter or eighth of that;
 * a micro-batch has rows of one length. Long rows are filled best, in short ones attention is cheaper: of some layouts, from `maxLength` everywhere to
 * each row as short as its longest sample allows, the one with the least work is taken. A position of a decoder layer takes about `24 D^2`
 * operations in products with weights and `4 L D` in attention to a row of L.
 *
 * No micro-batch has more positions than padded rows in equal numbers would give it.
 *
 * @param lengths positions of each sample, at least one sample, none above `maxLength`
 */
export function planMicroBatches(lengths: readonly number[], o: PlanOptions): MicroBatchPlan[] {
  const { maxLength, lengthMultiple = 1 } = o;
  const rowLengths = [8, 4, 2, 1].map((share) =>
    Math.min(maxLength, Math.ceil(maxLength / share / lengthMultiple) * lengthMultiple),
  );
  return rowLengths
    .map((shortest) => {
      const rows = packRows(lengths, (length) =>
        rowLengths.find((capacity) => capacity >= Math.max(length, shortest))!,
      );
      return cutRows(rows, lengths.length, rowLengths[0]!, o);
    })
    .reduce((least, other) => (other.work < least.work ? other : least)).plans;
}

/** Micro-batches of rows that are sorted by their length. */
function cutRows(rows: readonly PackedRow[], samples: number, shortest: number, o: PlanOptions) {
  const { microBatches, shards, width } = o;
  const units = Math.ceil(rows.length / shards);
  const longest = (unit: number) => rows[unit * shards]?.capacity ?? shortest;
  const workOf = (count: number, length: number) =>
    rung(count) * shards * length * (1 + length / (6 * width));
  // As many positions as padded rows of the longest sample would have.
  const most = Math.ceil(Math.ceil(samples / shards) / microBatches) * longest(0);
  const cost = (from: number, to: number) =>
    (to - from) * longest(from) > most ? Infinity : workOf(to - from, longest(from));
  // With fewer rows than micro-batches, some have nothing but padding.
  const filled = Math.min(units, microBatches);
  const cut = cheapestCut(units, filled, cost)!;
  const plans = Array.from({ length: microBatches }, (_, piece): MicroBatchPlan => {
    const from = piece === 0 ? 0 : (cut.ends[piece - 1] ?? units);
    const to = cut.ends[piece] ?? units;
    return {
      rows: rows.slice(from * shards, to * shards).map((row) => row.samples),
      length: longest(from),
      perShard: rung(to - from),
    };
  });
  return { plans, work: cut.cost + (microBatches - filled) * workOf(1, shortest) };
}
