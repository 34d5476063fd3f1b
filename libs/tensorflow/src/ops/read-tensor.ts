import type { tf } from '../tf.ts';
import { nativeBackend } from '../engine/init-engine.ts';

/**
 * Lets `use` read a tensor's values, without a copy where they lie in CPU memory. Unlike `tensorView` nothing stays behind: the array must
 * not be kept, and a variable's next update is as fast as without it.
 */
export function readTensor<T>(tensor: tf.Tensor, use: (values: Float32Array | Int32Array) => T): T {
  const backend = nativeBackend();
  if (!backend) return use(tensor.dataSync() as Float32Array | Int32Array);
  return backend.useValues(tensor.dataId, (values) => use(values as Float32Array | Int32Array));
}
