import type { tf } from '@ovis/tensorflow';
import type { FlatLayout } from './flat-layout.ts';
import { FIRST_MOMENT, SECOND_MOMENT } from './flat-state.ts';
import type { FlatState } from './flat-state.ts';
import { mergeAll, splitFlat } from './host-tensors.ts';
import type { HostTensors } from './host-tensors.ts';

/** Copies of a state whose moments are whole, on the host. */
export function stateOnHost(
  layout: FlatLayout,
  state: FlatState,
): { params: HostTensors; optimizer: HostTensors } {
  return {
    params: weightsOnHost(layout, state),
    optimizer: mergeAll(
      layout.buckets.map((bucket, i) => ({
        ...splitFlat(bucket, copyOf(state[i]!.first), FIRST_MOMENT),
        ...splitFlat(bucket, copyOf(state[i]!.second), SECOND_MOMENT),
      })),
    ),
  };
}

export function weightsOnHost(layout: FlatLayout, state: FlatState): HostTensors {
  return mergeAll(layout.buckets.map((bucket, i) => splitFlat(bucket, copyOf(state[i]!.weights))));
}

/** Not tensorView: a view that lives on would make the next update copy the variable. */
export function copyOf(flat: tf.Tensor): Float32Array {
  return flat.dataSync<'float32'>();
}
