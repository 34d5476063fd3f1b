import { tf } from '../tf.ts';

/** `x @ weight^T + bias`: x `[n, in]`, weight `[out, in]` (torch layout) -> `[n, out]`. */
export function linear(x: tf.Tensor2D, weight: tf.Tensor, bias?: tf.Tensor): tf.Tensor2D {
  const product: tf.Tensor2D = tf.matMul(x, weight as tf.Tensor2D, false, true);
  return bias ? tf.add(product, bias) : product;
}
