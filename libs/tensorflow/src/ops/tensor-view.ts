import type { tf } from '../tf.ts';
import { nativeBackend } from '../engine/init-engine.ts';

/**
 * A tensor's values without a copy where they lie in CPU memory, else like `dataSync`. Read only: the memory may be shared
 * with other tensors. The array stays valid after the tensor is disposed.
 */
export function tensorView(tensor: tf.Tensor): Float32Array | Int32Array {
  const backend = nativeBackend();
  return (backend ? backend.view(tensor.dataId) : tensor.dataSync()) as Float32Array | Int32Array;
}
