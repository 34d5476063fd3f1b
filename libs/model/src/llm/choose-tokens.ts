import { takeRows, tf } from '@ovis/tensorflow';

/**
 * How the next token is chosen from logits. Static: `topK` and which of the tensors there are; another number in a tensor
 * compiles nothing again. Without `temperature` the best token is taken.
 */
export interface Choice {
  /** float scalar above 0. */
  temperature?: tf.Scalar;
  /** Only this many best tokens; 0 = all. */
  topK: number;
  /** float scalar in (0, 1]: the fewest best tokens whose probabilities make at least this much. */
  topP?: tf.Scalar;
  /** float `[steps, batch]` in (0, 1): what decides each sequence's draw at each step, so that it depends on nothing else. */
  draws?: tf.Tensor2D;
  /** float scalar: logits of tokens made before are divided by it, negative ones multiplied (Keskar et al. 2019). */
  repetitionPenalty?: tf.Scalar;
  /** float `[vocab]`: added to the logits, -1e9 for tokens that must not come. */
  bias?: tf.Tensor1D;
}

/**
 * The next token of each sequence, int32 `[batch]`, from logits `[batch, vocab]`. In the order of Hugging Face: penalty, suppressed
 * tokens, temperature, top-k, top-p (Holtzman et al. 2019).
 * @param now.at int32 scalar: the row of `draws`
 * @param now.seen bool `[batch, vocab]`: tokens that `repetitionPenalty` is for
 */
export function chooseTokens(
  logits: tf.Tensor2D,
  choice: Choice,
  now: { at: tf.Scalar; seen?: tf.Tensor2D },
): tf.Tensor1D {
  const { repetitionPenalty: penalty, bias, temperature, draws } = choice;
  let scores: tf.Tensor2D = logits;
  if (penalty && now.seen) {
    const lower: tf.Tensor = tf.where(tf.less(scores, 0), tf.mul(scores, penalty), tf.div(scores, penalty));
    scores = tf.where(now.seen, lower, scores) as tf.Tensor2D;
  }
  if (bias) scores = tf.add(scores, bias);
  if (!temperature || !draws || choice.topK === 1) return tf.argMax(scores, -1);
  const draw = tf.reshape(takeRows(draws, tf.reshape(now.at, [1])), [logits.shape[0], 1]);
  return sample(tf.div(scores, temperature), draw, choice);
}

/**
 * By the inverse of the distribution function over the tokens in falling order: the first one at which the sum of probabilities
 * exceeds `draw` times the sum of those that may come. One number per token drawn is all the randomness there is.
 */
function sample(scores: tf.Tensor2D, draw: tf.Tensor, { topK, topP }: Choice): tf.Tensor1D {
  const vocab = scores.shape[1];
  const count = topK > 0 ? Math.min(topK, vocab) : vocab;
  const { values, indices } = tf.topk(scores, count);
  const p = tf.softmax(values, -1);
  const upTo = tf.cumsum(p, 1);
  // A token may come when those before it do not reach topP yet; the first one always may.
  const may = tf.cast(tf.less(tf.sub(upTo, p), topP ?? 2), 'float32');
  const allowed = tf.sum(may, 1, true);
  const target = tf.mul(draw, tf.max(tf.mul(upTo, may), 1, true));
  const before = tf.sum(tf.cast(tf.lessEqual(upTo, target), 'float32'), 1, true);
  const rank = tf.cast(tf.minimum(before, tf.sub(allowed, 1)), 'int32');
  const chosen = tf.oneHot(tf.reshape(rank, [rank.size]) as tf.Tensor1D, count, 1, 0, 'int32');
  return tf.sum(tf.mul(indices, tf.cast(chosen, 'int32')), 1);
}

/** `seen` with the tokens of one more step. */
export function markSeen(seen: tf.Tensor2D, tokens: tf.Tensor1D): tf.Tensor2D {
  return tf.logicalOr(seen, tf.cast(tf.oneHot(tokens, seen.shape[1]), 'bool'));
}
