import { tf } from '../tf.ts';
import { softcap, softcapBackward } from './activation.ts';
import { products } from './precision.ts';
import { withGradient } from './with-gradient.ts';

/*
 * Heads are the outermost axis: from `[rows, heads * headDim]` one rank-3 transpose gives `[heads, batch, time, headDim]`,
 * and the q, k and v of a fused projection are then slices of the first axis, which TensorFlow takes without a copy.
 */

/** `[batch*time, heads*headDim]` -> `[heads, batch, time, headDim]`. */
export function splitHeads(x: tf.Tensor2D, heads: number, batch: number, time: number): tf.Tensor4D {
  const headDim = (x.shape[1] as number) / heads;
  const byHead = tf.transpose(tf.reshape(x, [batch * time, heads, headDim]), [1, 0, 2]);
  return tf.reshape(byHead, [heads, batch, time, headDim]);
}

/**
 * Lets the query heads that share a key head stand in one block of rows (grouped-query attention):
 * `[heads, batch, time, headDim]` -> `[kvHeads, batch, repeat*time, headDim]`.
 */
export function groupQueries(q: tf.Tensor4D, kvHeads: number): tf.Tensor4D {
  const [heads, batch, time, headDim] = q.shape;
  if (heads === kvHeads) return q;
  const repeat = heads / kvHeads;
  const grouped = tf.transpose(tf.reshape(q, [kvHeads, repeat, batch, time, headDim]), [0, 2, 1, 3, 4]);
  return tf.reshape(grouped, [kvHeads, batch, repeat * time, headDim]);
}

/** The way back, with the heads joined: `[kvHeads, batch, repeat*time, headDim]` -> `[batch*time, heads*headDim]`. */
export function joinHeads(x: tf.Tensor4D, heads: number): tf.Tensor2D {
  const [kvHeads, batch, rows, headDim] = x.shape;
  const repeat = heads / kvHeads;
  const time = rows / repeat;
  if (repeat === 1) {
    const byRow = tf.transpose(tf.reshape(x, [heads, batch * time, headDim]), [1, 0, 2]);
    return tf.reshape(byRow, [batch * time, heads * headDim]);
  }
  const byRow = tf.transpose(tf.reshape(x, [kvHeads, batch, repeat, time, headDim]), [1, 3, 0, 2, 4]);
  return tf.reshape(byRow, [batch * time, heads * headDim]);
}

/**
 * `softmax(q k^T + bias) v` for q `[kvHeads, batch, repeat*time, headDim]` (scale already inside), k and v
 * `[kvHeads, batch, keys, headDim]`. `bias` `[time, keys]` or `[batch, time, keys]` is a constant. With `cap` the scores go through
 * {@link softcap} before the bias is added (Gemma 2).
 *
 * The gradient is written out: it takes the row sums of dP*P as the row sums of dO*O, which are headDim wide
 * instead of as wide as the sequence.
 */
export function attend(
  q: tf.Tensor4D,
  k: tf.Tensor4D,
  v: tf.Tensor4D,
  bias?: tf.Tensor,
  cap?: number,
): tf.Tensor4D {
  const { operand, matMul } = products();
  return withGradient(
    [q, k, v],
    () => {
      const [q1, k1, v1] = [operand(q), operand(k), operand(v)];
      const product = matMul(q1, k1, false, true);
      const scores = cap === undefined ? product : softcap(product, cap);
      const weights = tf.softmax(bias ? addBias(scores, bias) : scores, -1);
      const value = matMul(weights, v1);
      return { value, save: [q1, k1, v1, weights, value, ...(cap === undefined ? [] : [scores])] };
    },
    (dy, [q1, k1, v1, p, o, capped]) => {
      const d = operand(dy);
      const dWeights = matMul(d, v1!, false, true);
      const inner: tf.Tensor4D = tf.mul(p!, tf.sub(dWeights, tf.sum(tf.mul(dy, o!), -1, true)));
      const dScores = operand(capped ? (softcapBackward(inner, capped, cap!) as tf.Tensor4D) : inner);
      return [matMul(dScores, k1!), matMul(dScores, q1!, true, false), matMul(p!, d, true, false)];
    },
  );
}

function addBias(scores: tf.Tensor4D, bias: tf.Tensor): tf.Tensor4D {
  const [kvHeads, batch, rows, keys] = scores.shape;
  const time = bias.shape[bias.rank - 2] as number;
  if (rows === time) return tf.add(scores, bias);
  const apart = tf.reshape(scores, [kvHeads, batch, rows / time, time, keys]);
  const wide = bias.rank === 3 ? tf.expandDims(bias, 1) : bias;
  return tf.reshape(tf.add(apart, wide), scores.shape);
}

/** What a forbidden position gets: large, but finite, so that a row that sees nothing stays finite (spec 12.4). */
const FORBIDDEN = -1e9;

/** `[time, time]`: 0 where a position may look, -1e9 at later ones. */
export function causalBias(time: number): tf.Tensor2D {
  const values = new Float32Array(time * time);
  for (let row = 0; row < time; row++) values.fill(FORBIDDEN, row * time + row + 1, (row + 1) * time);
  return tf.tensor2d(values, [time, time]);
}

/** `[time, time]`: 0 at the `window` latest positions up to its own, -1e9 at older ones. */
export function windowBias(time: number, window: number): tf.Tensor2D {
  const values = new Float32Array(time * time);
  for (let row = window; row < time; row++) values.fill(FORBIDDEN, row * time, row * time + row - window + 1);
  return tf.tensor2d(values, [time, time]);
}

/** Keys with mask 0 are forbidden: mask `[batch, keys]` (0 or 1) -> `[batch, 1, keys]`. */
export function paddingBias(mask: tf.Tensor2D): tf.Tensor3D {
  const [batch, keys] = mask.shape;
  return tf.reshape(tf.mul(tf.sub(1, tf.cast(mask, 'float32')), FORBIDDEN), [batch, 1, keys]);
}

/**
 * Several sequences in one row: segments int32 `[batch, time]` -> `[batch, time, time]`, 0 where both positions have the same number,
 * else -1e9. A position always sees itself, padding (one number too) included, so no row is without a key.
 */
export function segmentBias(segments: tf.Tensor2D): tf.Tensor3D {
  const apart = tf.notEqual(tf.expandDims(segments, 2), tf.expandDims(segments, 1));
  return tf.mul(tf.cast(apart, 'float32'), FORBIDDEN);
}
