import type { tf } from '../tf.ts';
import { nativeBackend } from '../engine/init-engine.ts';
import * as dtypes from '../binding/dtypes.ts';

/** Arrays that tensors lie over live as long as the tensors. */
const arrays = new WeakMap<object, Float32Array>();

/**
 * A tensor `[data.length]` whose memory is the array's: what is written to the array, in shared memory for instance, is in the tensor, and
 * nothing is copied. Do not write while an operation reads. Undefined on WASM, and where the array begins at an address that is no multiple of 64 bytes.
 *
 * Whoever hands the tensor on, in a variable for instance, keeps the array alive as long as that is used.
 */
export function tensorOver(data: Float32Array): tf.Tensor1D | undefined {
  const backend = nativeBackend();
  const id = backend?.native.createTensorOver(data);
  if (!backend || !id) return undefined;
  const tensor = backend.adopt({ id, shape: [data.length], dtype: dtypes.TF_FLOAT }) as tf.Tensor1D;
  arrays.set(tensor.dataId, data);
  return tensor;
}
