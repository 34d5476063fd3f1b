import { tf } from '../tf.ts';
import { typeAttr } from '../backend/backend.ts';
import { nativeBackend } from '../engine/init-engine.ts';

/** The sum of a tensor's squares, in one pass and without a tensor of squares; added up in pairs, so precisely (not on WASM). Not differentiable. */
export function sumOfSquares(x: tf.Tensor): tf.Scalar {
  const backend = nativeBackend();
  if (!backend) return tf.sum(tf.square(x));
  const half = backend.executeSingleOutput('L2Loss', [typeAttr('T', x.dtype)], [x]) as tf.Scalar;
  return tf.mul(half, 2);
}
