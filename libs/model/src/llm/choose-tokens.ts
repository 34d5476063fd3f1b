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

/** One number per token drawn is all the randomness there is. */
function sample(scores: tf.Tensor2D, draw: tf.Tensor, { topK, topP }: Choice): tf.Tensor1D {
  if (topK > 0 && topK < scores.shape[1]) {
    const { values, indices } = tf.topk(scores, topK);
    const p = tf.softmax(values, -1);
    // A token may come when those before it do not reach topP yet; the first one always may.
    const before = tf.cumsum(p, 1, true);
    const nucleus = topP ? tf.mul(p, tf.cast(tf.less(before, topP), 'float32')) : p;
    const chosen = tf.cast(tf.oneHot(pick(nucleus, draw).index, topK), 'int32');
    return tf.sum(tf.mul(indices, chosen), 1);
  }
  const p = tf.softmax(scores, -1);
  const nucleus = topP ? tf.mul(p, tf.cast(tf.greater(scores, outside(scores, p, topP)), 'float32')) : p;
  return pickInBlocks(nucleus as tf.Tensor2D, draw);
}

/**
 * Index of the first of `p` `[batch, n]` at which the running sum exceeds `draw` `[batch, 1]` times the whole sum, so never one of
 * probability 0, and how far into its probability the draw went, which is a draw again.
 */
function pick(p: tf.Tensor, draw: tf.Tensor): { index: tf.Tensor1D; rest: tf.Tensor } {
  const n = p.shape[1] as number;
  const upTo = tf.cumsum(p, 1);
  const whole = tf.slice(upTo, [0, n - 1], [-1, 1]);
  // Below 1 by enough that rounding cannot make the product the whole sum.
  const target = tf.mul(tf.minimum(draw, 1 - 2 ** -22), whole);
  const passed = tf.cast(tf.lessEqual(upTo, target), 'float32');
  const index = tf.cast(tf.sum(passed, 1), 'int32') as tf.Tensor1D;
  const own = tf.sum(tf.mul(p, tf.oneHot(index, n)), 1, true);
  return { index, rest: tf.div(tf.sub(target, tf.sum(tf.mul(p, passed), 1, true)), own) };
}

const BLOCK = 256;

/**
 * {@link pick} among many: first a block, then one of the block. A running sum over a whole vocabulary would lose what is below its
 * rounding, which is much where small probabilities are many; and this needs no sorting.
 */
function pickInBlocks(p: tf.Tensor2D, draw: tf.Tensor): tf.Tensor1D {
  const [batch, n] = p.shape;
  const count = Math.ceil(n / BLOCK);
  const filled = tf.pad(p, [
    [0, 0],
    [0, count * BLOCK - n],
  ]);
  const blocks = tf.reshape(filled, [batch, count, BLOCK]);
  if (count === 1) return pick(filled, draw).index;
  const { index, rest } = pick(tf.sum(blocks, 2), draw);
  const chosen = tf.reshape(tf.oneHot(index, count), [batch, 1, count]);
  const block = tf.reshape(tf.matMul(tf.cast(chosen, 'float32'), blocks), [batch, BLOCK]);
  const within = pick(block, rest);
  return tf.add(tf.mul(index, tf.scalar(BLOCK, 'int32')), within.index) as tf.Tensor1D;
}

/**
 * A score `[batch, 1]` that the tokens of the nucleus exceed, and no others: found by halving, as sorting a vocabulary takes XLA ten times
 * as long. The tokens above `low` make `topP` or more, those above `high` less; what is between is less than rounding in the end.
 */
function outside(scores: tf.Tensor2D, p: tf.Tensor, topP: tf.Scalar): tf.Tensor {
  let high: tf.Tensor = tf.max(scores, 1, true);
  // What is this far below the best has no probability in float32.
  let low: tf.Tensor = tf.sub(tf.maximum(tf.min(scores, 1, true), tf.sub(high, 100)), 1);
  for (let i = 0; i < HALVINGS; i++) {
    const middle = tf.mul(tf.add(low, high), 0.5);
    const above = tf.sum(tf.mul(p, tf.cast(tf.greater(scores, middle), 'float32')), 1, true);
    const less = tf.less(above, topP);
    high = tf.where(less, middle, high);
    low = tf.where(less, low, middle);
  }
  return low;
}

const HALVINGS = 28;

/** `seen` with the tokens of one more step. */
export function markSeen(seen: tf.Tensor2D, tokens: tf.Tensor1D): tf.Tensor2D {
  return tf.logicalOr(seen, tf.cast(tf.oneHot(tokens, seen.shape[1]), 'bool'));
}
