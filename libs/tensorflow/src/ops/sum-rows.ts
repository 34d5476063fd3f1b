import { typeAttr } from '../backend/backend.ts';
import { nativeBackend } from '../engine/init-engine.ts';
import { tf } from '../tf.ts';

/** Sum over the rows, the gradient of a bias: `[n, d]` -> `[d]`. TensorFlow has an operation for it, several times as fast as Sum. */
export function sumRows(x: tf.Tensor2D): tf.Tensor1D {
  const backend = nativeBackend();
  if (!backend || x.dtype !== 'float32') return tf.sum(x, 0);
  return backend.executeSingleOutput('BiasAddGrad', [typeAttr('T', 'float32')], [x]) as tf.Tensor1D;
}
