import { tf } from '@ovis/tensorflow';
import type { Params } from '@ovis/model';
import { cutSlices, joinSlices } from './flat-layout.ts';
import type { FlatLayout } from './flat-layout.ts';
import { joinFlat, splitFlat } from './host-tensors.ts';
import type { HostTensors } from './host-tensors.ts';

/**
 * What a group of parameters changes: their weights and moments behind each other, each one variable `[group.size]`
 * that the optimizer updates where it lies. One operation over all of it costs a third of one per parameter.
 */
export interface GroupState {
  readonly weights: tf.Variable<tf.Rank.R1>;
  readonly first: tf.Variable<tf.Rank.R1>;
  readonly second: tf.Variable<tf.Rank.R1>;
}

/** All that a stage changes: a state for each of the layout's groups. */
export type FlatState = readonly GroupState[];

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
  return layout.groups.map((group) => {
    const moments = (rename: (name: string) => string) =>
      stored ? tf.tensor1d(joinFlat(group, stored, rename)) : tf.zeros<tf.Rank.R1>([group.size]);
    return {
      first: variable(() => moments(FIRST_MOMENT)),
      second: variable(() => moments(SECOND_MOMENT)),
      weights: variable(() => joinSlices(group.slices, ({ name }) => params[name])),
    };
  });
}

/** The trained parameters as the model reads them: views inside `compile`. */
export function stateParams(layout: FlatLayout, state: FlatState): Params {
  return mergeAll(layout.groups.map((group, i) => cutSlices(group, state[i]!.weights)));
}

/** Copies of the state on the host. */
export function stateOnHost(
  layout: FlatLayout,
  state: FlatState,
): { params: HostTensors; optimizer: HostTensors } {
  // Not tensorView: a view that lives on would make the next update copy the variable.
  const copy = (flat: tf.Tensor) => flat.dataSync<'float32'>();
  return {
    params: mergeAll(layout.groups.map((group, i) => splitFlat(group, copy(state[i]!.weights)))),
    optimizer: mergeAll(
      layout.groups.map((group, i) => ({
        ...splitFlat(group, copy(state[i]!.first), FIRST_MOMENT),
        ...splitFlat(group, copy(state[i]!.second), SECOND_MOMENT),
      })),
    ),
  };
}

function mergeAll<T>(records: readonly Record<string, T>[]): Record<string, T> {
  return Object.assign({}, ...records) as Record<string, T>;
}

function variable(initial: () => tf.Tensor1D): tf.Variable<tf.Rank.R1> {
  const value = tf.tidy(initial);
  const made = tf.variable(value);
  value.dispose();
  return made;
}
