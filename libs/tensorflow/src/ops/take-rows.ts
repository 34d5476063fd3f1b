import { tf } from '../tf.ts';

/**
 * Rows of a table by integer ids, with a gradient for the table (ids get none).
 * @param table [V, D]
 * @param ids int32, any shape; ids outside [0, V) give an error on libtensorflow's CPU kernels
 * @returns [...ids.shape, D]
 */
export function takeRows(table: tf.Tensor, ids: tf.Tensor): tf.Tensor {
  return tf.gather(table, ids as tf.Tensor1D, 0);
}
