import { tf } from '../tf.ts';
import { typeAttr } from '../backend/backend.ts';
import { nativeBackend } from '../engine/init-engine.ts';

/**
 * Uniform float32 numbers in [0, 1) that follow from `seed` alone: the same two integers give the same numbers at every call, on any number
 * of threads. Unlike TF.js's random operations it may be used inside `compile`, where each call draws by the seed it is given. The two
 * backends draw different numbers.
 * @param seed int32 `[2]`
 */
export function statelessUniform<R extends tf.Rank>(shape: tf.ShapeMap[R], seed: tf.Tensor1D): tf.Tensor<R> {
  const backend = nativeBackend();
  if (!backend) return tf.randomUniform<R>(shape, 0, 1, 'float32', seed.dataSync().join('/'));
  const attrs = [typeAttr('dtype', 'float32'), typeAttr('T', 'int32'), typeAttr('Tseed', 'int32')];
  return tf.tidy(() =>
    backend.executeSingleOutput('StatelessRandomUniform', attrs, [tf.tensor1d(shape, 'int32'), seed]),
  ) as tf.Tensor<R>;
}
