import { barrier } from '../compile/barrier.ts';
import { tf } from '../tf.ts';
import { BlockMatrix, rowBlocks, rowsOf, type RowBlock } from './row-blocks.ts';
import { withGradient } from './with-gradient.ts';

export interface ChunkedCrossEntropyOptions {
  /** Words of the vocabulary per chunk; default 8192. */
  chunk?: number;
}

/**
 * Cross-entropy of `hidden weight^T` against integer labels, one loss per row, without the logits `[n, V]`: never more than
 * a few matrices `[n, chunk]`. Equal to `sparseSoftmaxCrossEntropy(linear(hidden, weight), labels)`; the gradients for
 * `hidden` and `weight` are exact. The backward pass computes the logits again: four matrix products in place of three.
 *
 * The vocabulary is chunked, not the rows: each chunk's part of the weight's gradient is then complete when its chunk is done
 * and is written once, where chunks of rows would pass over the whole `[V, d]` sum for each of them.
 * @param hidden `[n, d]`
 * @param weight `[V, d]`
 * @param labels int32 `[n]`, each in [0, V); mask ignored rows afterwards (give them any valid label)
 * @returns `[n]`
 */
export function chunkedCrossEntropy(
  hidden: tf.Tensor2D,
  weight: tf.Tensor2D,
  labels: tf.Tensor,
  o: ChunkedCrossEntropyOptions = {},
): tf.Tensor1D {
  const blocks = rowBlocks(weight.shape[0], o.chunk ?? 8192);
  return withGradient(
    [hidden, weight],
    () => {
      const logSum = logSumExp(hidden, weight, blocks);
      const wanted = tf.gather(weight, labels as tf.Tensor1D);
      const value: tf.Tensor1D = tf.sub(logSum, tf.sum(tf.mul(hidden, wanted), -1));
      return { value, save: [hidden, weight, tf.clone(labels), logSum] };
    },
    (dy, [x, w, ids, logSum]) => {
      const h = x as tf.Tensor2D;
      const [n] = h.shape;
      const slope = tf.reshape(dy, [n, 1]);
      const gradient = new BlockMatrix(blocks, w!.shape[1]!);
      const shift = tf.reshape(logSum!, [n, 1]);
      let dx: tf.Tensor2D | undefined;
      let before: tf.Tensor[] = [dy];
      for (const block of blocks) {
        const [held] = barrier([h], before) as [tf.Tensor2D];
        const rows = rowsOf(w as tf.Tensor2D, block);
        const p = tf.exp(tf.sub(tf.matMul(held, rows, false, true), shift));
        const dl: tf.Tensor2D = tf.mul(tf.sub(p, picked(ids!, block)), slope);
        const part: tf.Tensor2D = tf.matMul(dl, rows);
        dx = dx ? tf.add<tf.Tensor2D>(dx, part) : part;
        before = [dx, gradient.set(block, tf.matMul(dl, held, true, false))];
      }
      return [dx!, gradient.result()];
    },
  );
}

/** `log(sum(exp(hidden weight^T), -1))` `[n]`, with a running maximum and sum. */
function logSumExp(hidden: tf.Tensor2D, weight: tf.Tensor2D, blocks: RowBlock[]): tf.Tensor1D {
  let largest: tf.Tensor2D | undefined;
  let total: tf.Tensor2D | undefined;
  for (const block of blocks) {
    const [held] = barrier([hidden], total ? [total] : []) as [tf.Tensor2D];
    const logits = tf.matMul(held, rowsOf(weight, block), false, true);
    const here: tf.Tensor2D = tf.max(logits, -1, true);
    const now: tf.Tensor2D = largest ? tf.maximum(largest, here) : here;
    const sum: tf.Tensor2D = tf.sum(tf.exp(tf.sub(logits, now)), -1, true);
    total = total ? tf.add<tf.Tensor2D>(tf.mul(total, tf.exp(tf.sub(largest!, now))), sum) : sum;
    largest = now;
  }
  return tf.reshape(tf.add(largest!, tf.log(total!)), [hidden.shape[0]]);
}

/** One where a row's label is a word of the block, `[n, block.size]`; all zeros in rows whose label is in another one. */
function picked(labels: tf.Tensor, { start, size }: RowBlock): tf.Tensor2D {
  const column = tf.reshape(labels, [labels.size, 1]);
  return tf.cast(tf.equal(column, tf.range(start, start + size, 1, 'int32')), 'float32');
}
