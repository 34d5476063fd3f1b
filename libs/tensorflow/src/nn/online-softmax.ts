import { fused } from '../compile/fused.ts';
import { tf } from '../tf.ts';

/** What has been seen of a softmax whose logits come in chunks (Milakov & Gimelshein 2018), of n rows. */
export interface Lane {
  /** The largest logit, `[n, 1]`. */
  largest: tf.Tensor2D;
  /** Sum of `exp(logit - largest)`, `[n, 1]`. */
  total: tf.Tensor2D;
  /** The same sum of the values' rows, `[n, width]`. */
  rows: tf.Tensor2D;
}

/** A chunk's part: `exp(logits - now) values`, the sum of the exponentials, and the largest logit so far. */
export type Part = Record<'part' | 'sum' | 'now', tf.Tensor2D>;

/** Below every logit, and finite, so that nothing becomes NaN. */
const LOWEST = -1e38;

export function emptyLane(n: number, width: number): Lane {
  return {
    largest: tf.fill<tf.Rank.R2>([n, 1], LOWEST),
    total: tf.zeros<tf.Rank.R2>([n, 1]),
    rows: tf.zeros<tf.Rank.R2>([n, width]),
  };
}

/** The lane with one more chunk in it. */
export function withChunk(lane: Lane, chunk: Part): Lane {
  return { ...added(lane.rows, lane.total, lane.largest, chunk), largest: chunk.now };
}

const added = fused('lookup_add', (rows: tf.Tensor2D, total: tf.Tensor2D, largest: tf.Tensor2D, o: Part) => {
  const shrink = tf.exp(tf.sub(largest, o.now));
  return {
    rows: tf.add(tf.mul(rows, shrink), o.part) as tf.Tensor2D,
    total: tf.add(tf.mul(total, shrink), o.sum) as tf.Tensor2D,
  };
});

/** `softmax(logits) values` of all lanes together `[n, width]`, and the logarithm of its denominator `[n, 1]`. */
export function joinLanes(lanes: readonly Lane[]): { value: tf.Tensor2D; logSum: tf.Tensor2D } {
  const all = lanes.reduce((a, b) => {
    const largest: tf.Tensor2D = tf.maximum(a.largest, b.largest);
    const nothing = { part: tf.zerosLike(b.rows), sum: tf.zerosLike(b.total), now: largest };
    const shrunk = withChunk(b, nothing);
    return withChunk(a, { part: shrunk.rows, sum: shrunk.total, now: largest });
  });
  return { value: tf.div(all.rows, all.total), logSum: tf.add(all.largest, tf.log(all.total)) };
}
