import { tf } from '../tf.ts';
import { typeAttr } from '../backend/backend.ts';
import { nativeBackend } from '../engine/init-engine.ts';

/**
 * Cross-entropy of logits against integer labels, one loss per row: `logsumexp(logits[i]) - logits[i, labels[i]]`.
 * On libtensorflow one fused operation that also gives the gradient; nothing of the vocabulary's size is built besides it.
 * @param logits [n, V] float32
 * @param labels [n] int32, each in [0, V); mask ignored rows afterwards (give them any valid label)
 */
export function sparseSoftmaxCrossEntropy(logits: tf.Tensor, labels: tf.Tensor): tf.Tensor1D {
  const [rows, vocabulary] = logits.shape as [number, number];
  const op = tf.customGrad((x, save) => {
    const logits = x as tf.Tensor2D;
    const keep = save as (tensors: tf.Tensor[]) => void;
    const backend = nativeBackend();
    if (backend) {
      const attrs = [typeAttr('T', 'float32'), typeAttr('Tlabels', 'int32')];
      const [loss, slope] = backend.executeMultipleOutputs(
        'SparseSoftmaxCrossEntropyWithLogits',
        attrs,
        [logits, labels],
        2,
      ) as [tf.Tensor1D, tf.Tensor2D];
      keep([slope]);
      return { value: loss, gradFunc: (dy, saved) => tf.mul(saved[0]!, tf.reshape(dy, [rows, 1])) };
    }
    const picked = tf.oneHot(tf.cast(labels, 'int32') as tf.Tensor1D, vocabulary);
    const logProbabilities = tf.logSoftmax(logits);
    const loss = tf.neg(tf.sum(tf.mul(logProbabilities, picked), -1));
    keep([tf.sub(tf.exp(logProbabilities), picked)]);
    return { value: loss, gradFunc: (dy, saved) => tf.mul(saved[0]!, tf.reshape(dy, [rows, 1])) };
  });
  return op(logits) as tf.Tensor1D;
}
