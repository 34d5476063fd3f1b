import { IGNORE_ID, ZERO_ROW } from '@ovis/model';
import type { MergePlan } from '@ovis/model';
import type { Rows } from './pack-rows.ts';

/** A plan whose rows hold several samples each. */
export type PackedPlan = Omit<MergePlan, 'lossRows' | 'lossLabels'> & {
  /** `[batch, length]`: which sample of its row a position belongs to, from 1; 0 = padding. */
  segments: Int32Array;
  /** `[batch, length]`: rotary positions, from 0 in each sample. */
  positions: Int32Array;
};

/** Merged positions of every sample of a plan without packing. */
export function mergedLengths({ attentionMask, batch, length }: MergePlan): number[] {
  return Array.from({ length: batch }, (_, row) =>
    attentionMask.subarray(row * length, (row + 1) * length).reduce((sum, bit) => sum + bit, 0),
  );
}

/**
 * Moves the samples of a plan, one row each, behind each other into rows of `length`. The first label of a sample is dropped: no position
 * of its own predicts it, and the one in front of it belongs to another sample.
 * @param rows row numbers of `plan` per row of the result; rows behind them stay empty
 */
export function packPlan(plan: MergePlan, rows: Rows, o: { batch: number; length: number }): PackedPlan {
  const size = o.batch * o.length;
  const packed: PackedPlan = {
    inputIds: new Int32Array(size),
    visualRow: new Int32Array(size).fill(ZERO_ROW),
    labels: new Int32Array(size).fill(IGNORE_ID),
    attentionMask: new Int32Array(size),
    segments: new Int32Array(size),
    positions: new Int32Array(size),
    ...o,
  };
  const lengths = mergedLengths(plan);
  rows.forEach((samples, row) => {
    let at = row * o.length;
    samples.forEach((sample, i) => {
      const from = sample * plan.length;
      const length = lengths[sample]!;
      for (const key of ['inputIds', 'visualRow', 'labels', 'attentionMask'] as const) {
        packed[key].set(plan[key].subarray(from, from + length), at);
      }
      if (length > 0) packed.labels[at] = IGNORE_ID;
      packed.segments.fill(i + 1, at, at + length);
      for (let position = 0; position < length; position++) packed.positions[at + position] = position;
      at += length;
    });
  });
  return packed;
}
