import { tf } from '../tf.ts';

/**
 * Sum of each row by a product with ones: `[n, d]` -> `[n, 1]`. For fused pieces: XLA's CPU compiler takes twice as long for a
 * reduction along rows as for this product.
 */
export function rowSums(x: tf.Tensor): tf.Tensor2D {
  return tf.matMul(x as tf.Tensor2D, tf.ones<tf.Rank.R2>([x.shape[1] as number, 1]));
}

/** Mean of each row, `[n, d]` -> `[n, 1]`; as {@link rowSums}. */
export function rowMeans(x: tf.Tensor): tf.Tensor2D {
  return tf.mul(rowSums(x), 1 / (x.shape[1] as number));
}

/** Sum of each column of a matrix with many rows, `[n, d]` -> `[1, d]`. */
export function columnSums(x: tf.Tensor2D): tf.Tensor2D {
  return tf.matMul(tf.ones<tf.Rank.R2>([1, x.shape[0]]), x);
}
