import { sumRows } from '../ops/sum-rows.ts';
import { tf } from '../tf.ts';
import { products } from './precision.ts';
import { withGradient } from './with-gradient.ts';

/** `x @ weight^T + bias`: x `[n, in]`, weight `[out, in]` (torch layout), bias `[out]` -> `[n, out]`. */
export function linear(x: tf.Tensor2D, weight: tf.Tensor, bias?: tf.Tensor): tf.Tensor2D {
  const product = timesTransposed(x, weight as tf.Tensor2D);
  return bias ? addBias(product, bias) : product;
}

function timesTransposed(x: tf.Tensor2D, weight: tf.Tensor2D): tf.Tensor2D {
  const { precision, operand, matMul } = products();
  // TF.js's own gradient leaves out what nobody asked for.
  if (precision === 'fp32') return tf.matMul(x, weight, false, true);
  return withGradient(
    [x, weight],
    () => {
      const [a, b] = [operand(x), operand(weight)];
      return { value: matMul(a, b, false, true), save: [a, b] };
    },
    (dy, [a, b]) => {
      const d = operand(dy);
      return [matMul(d, b), matMul(d, a, true, false)];
    },
  );
}

function addBias(x: tf.Tensor2D, bias: tf.Tensor): tf.Tensor2D {
  return withGradient(
    [x, bias],
    () => ({ value: tf.add<tf.Tensor2D>(x, bias), save: [] }),
    (dy) => [tf.clone(dy), sumRows(dy)],
  );
}
