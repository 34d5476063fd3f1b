import { tf } from '@ovis/tensorflow';
import type { Params } from '@ovis/model';
import { joinSlices } from './flat-layout.ts';
import type { FlatLayout } from './flat-layout.ts';
import { joinFlat, splitFlat } from './host-tensors.ts';
import type { HostTensors } from './host-tensors.ts';

/**
 * All that a stage changes: weights and moments of the trained parameters behind each other, each one variable `[layout.size]`
 * that the optimizer updates where it lies. One operation over all of it costs a third of one per parameter.
 */
export interface FlatState {
  readonly weights: tf.Variable<tf.Rank.R1>;
  readonly first: tf.Variable<tf.Rank.R1>;
  readonly second: tf.Variable<tf.Rank.R1>;
}

/** Optimizer tensors as a checkpoint has them. */
export type StoredMoments = Record<string, { shape: readonly number[]; data: ArrayLike<number> }>;

const FIRST_MOMENT = (name: string) => `exp_avg.${name}`;
const SECOND_MOMENT = (name: string) => `exp_avg_sq.${name}`;

/**
 * Copies the trained parameters into a state.
 * @param stored the moments; without them they are zero
 * @throws StageError STATE_MISMATCH
 */
export function flatState(layout: FlatLayout, params: Params, stored?: StoredMoments): FlatState {
  const moments = (rename: (name: string) => string) =>
    stored ? tf.tensor1d(joinFlat(layout, stored, rename)) : tf.zeros<tf.Rank.R1>([layout.size]);
  return {
    first: variable(() => moments(FIRST_MOMENT)),
    second: variable(() => moments(SECOND_MOMENT)),
    weights: variable(() => joinSlices(layout, ({ name }) => params[name])),
  };
}

/** Copies of the state on the host. */
export function stateOnHost(
  layout: FlatLayout,
  { weights, first, second }: FlatState,
): { params: HostTensors; optimizer: HostTensors } {
  // Not tensorView: a view that lives on would make the next update copy the variable.
  const copy = (flat: tf.Tensor) => flat.dataSync<'float32'>();
  return {
    params: splitFlat(layout, copy(weights)),
    optimizer: {
      ...splitFlat(layout, copy(first), FIRST_MOMENT),
      ...splitFlat(layout, copy(second), SECOND_MOMENT),
    },
  };
}

function variable(initial: () => tf.Tensor1D): tf.Variable<tf.Rank.R1> {
  const value = tf.tidy(initial);
  const made = tf.variable(value);
  value.dispose();
  return made;
}
