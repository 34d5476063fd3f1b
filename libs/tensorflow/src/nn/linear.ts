import { sumRows } from '../ops/sum-rows.ts';
import { tf } from '../tf.ts';
import { withGradient } from './with-gradient.ts';

/** `x @ weight^T + bias`: x `[n, in]`, weight `[out, in]` (torch layout), bias `[out]` -> `[n, out]`. */
export function linear(x: tf.Tensor2D, weight: tf.Tensor, bias?: tf.Tensor): tf.Tensor2D {
  const product: tf.Tensor2D = tf.matMul(x, weight as tf.Tensor2D, false, true);
  return bias ? addBias(product, bias) : product;
}

function addBias(x: tf.Tensor2D, bias: tf.Tensor): tf.Tensor2D {
  return withGradient(
    [x, bias],
    () => ({ value: tf.add<tf.Tensor2D>(x, bias), save: [] }),
    (dy) => [tf.clone(dy), sumRows(dy)],
  );
}
