import { tf } from '@ovis/tensorflow';
import type { Params } from '@ovis/model';
import { cutSlices, joinSlices, ownRange } from './flat-layout.ts';
import type { FlatLayout } from './flat-layout.ts';
import { joinFlat, mergeAll } from './host-tensors.ts';
import type { StoredTensors } from './host-tensors.ts';

/**
 * What a bucket of parameters changes: their weights and moments behind each other, each one variable that the optimizer
 * updates where it lies. One operation over all of it costs a third of one per parameter.
 */
export interface BucketState {
  /** `[bucket.size]`. */
  readonly weights: tf.Variable<tf.Rank.R1>;
  /** `[bucket.size]`, or this rank's part of it. */
  readonly first: tf.Variable<tf.Rank.R1>;
  readonly second: tf.Variable<tf.Rank.R1>;
}

/** All that a stage changes: a state for each of the layout's buckets. */
export type FlatState = readonly BucketState[];

/** A rank's share of what is split into equal parts. */
export interface Share {
  part: number;
  parts: number;
}

export const WHOLE: Share = { part: 0, parts: 1 };

/** Names of the optimizer's tensors in a checkpoint. */
export const FIRST_MOMENT = (name: string) => `exp_avg.${name}`;
export const SECOND_MOMENT = (name: string) => `exp_avg_sq.${name}`;

/**
 * Copies the trained parameters into a state.
 * @param stored the moments; without them they are zero
 * @param own the part of the moments that this rank keeps
 * @throws StageError STATE_MISMATCH
 */
export function flatState(
  layout: FlatLayout,
  params: Params,
  stored?: StoredTensors,
  own: Share = WHOLE,
): FlatState {
  return layout.buckets.map((bucket) => {
    const { begin, size } = ownRange(bucket, own.part, own.parts);
    const moments = (rename: (name: string) => string) =>
      stored
        ? tf.tensor1d(joinFlat(bucket, stored, rename).subarray(begin, begin + size))
        : tf.zeros<tf.Rank.R1>([size]);
    return {
      first: flatVariable(() => moments(FIRST_MOMENT)),
      second: flatVariable(() => moments(SECOND_MOMENT)),
      weights: flatVariable(() => joinSlices(bucket, ({ name }) => params[name])),
    };
  });
}

/** The trained parameters as the model reads them: views inside `compile`. */
export function stateParams(layout: FlatLayout, state: FlatState): Params {
  return mergeAll(layout.buckets.map((bucket, i) => cutSlices(bucket, state[i]!.weights)));
}

export function flatVariable(initial: () => tf.Tensor1D): tf.Variable<tf.Rank.R1> {
  const value = tf.tidy(initial);
  const made = tf.variable(value);
  value.dispose();
  return made;
}
