import { fused } from '../compile/fused.ts';
import { withGradient } from '../nn/with-gradient.ts';
import { tf } from '../tf.ts';
import { rowSums } from './row-sums.ts';
import { typeAttr } from '../backend/backend.ts';
import { nativeBackend } from '../engine/init-engine.ts';

/**
 * Cross-entropy of logits against integer labels, one loss per row: `logsumexp(logits[i]) - logits[i, labels[i]]`. No one-hot of
 * the vocabulary is built; kept for the backward pass are the logits and one number per row.
 * @param logits [n, V] float32
 * @param labels [n] int32, each in [0, V); mask ignored rows afterwards (give them any valid label)
 */
export function sparseSoftmaxCrossEntropy(logits: tf.Tensor, labels: tf.Tensor): tf.Tensor1D {
  const x = logits as tf.Tensor2D;
  // Eagerly, one operation of TensorFlow's is faster than several.
  if (nativeBackend() && !nativeBackend()?.recorder) return eagerCrossEntropy(x, labels as tf.Tensor1D);
  return withGradient(
    [x],
    () => {
      const logSumExp = forward(x);
      const loss: tf.Tensor1D = tf.sub(tf.reshape(logSumExp, [-1]), chosenLogits(x, labels as tf.Tensor1D));
      return { value: loss, save: [x, labels as tf.Tensor1D, logSumExp] };
    },
    (dy, [x1, labels1, logSumExp]) => [backward(dy, x1, labels1, logSumExp)],
  );
}

/** logsumexp of each row, `[n, 1]`. */
const forward = fused('log_sum_exp', (logits: tf.Tensor2D): tf.Tensor2D => {
  const largest = tf.max(logits, -1, true);
  return tf.add(tf.log(rowSums(tf.exp(tf.sub(logits, largest)))), largest);
});

/** `logits[i, labels[i]]` */
function chosenLogits(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  const rows = tf.range(0, logits.shape[0], 1, 'int32');
  return tf.gatherND(logits, tf.stack([rows, labels], 1)) as tf.Tensor1D;
}

/** (softmax - one-hot) * dy, the one-hot as a comparison inside the loop. */
const backward = fused(
  'cross_entropy_gradient',
  (dy: tf.Tensor1D, logits: tf.Tensor2D, labels: tf.Tensor1D, logSumExp: tf.Tensor2D) => {
    const probabilities = tf.exp(tf.sub(logits, logSumExp));
    const slope = tf.sub(probabilities, tf.cast(isLabel(logits, labels), 'float32'));
    return tf.mul(slope, tf.reshape(dy, [-1, 1]));
  },
);

/** bool [n, V] */
function isLabel(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor2D {
  const words = tf.range(0, logits.shape[1], 1, 'int32');
  return tf.equal(tf.reshape(labels, [-1, 1]), tf.reshape(words, [1, -1]));
}

function eagerCrossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  return withGradient(
    [logits],
    () => {
      const attrs = [typeAttr('T', 'float32'), typeAttr('Tlabels', 'int32')];
      const [loss, slope] = nativeBackend()!.executeMultipleOutputs(
        'SparseSoftmaxCrossEntropyWithLogits',
        attrs,
        [logits, labels],
        2,
      ) as [tf.Tensor1D, tf.Tensor2D];
      return { value: loss, save: [slope] };
    },
    (dy, [slope]) => [tf.mul(slope, tf.reshape(dy, [-1, 1]))],
  );
}
