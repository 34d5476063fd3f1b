import { barrier } from '../compile/barrier.ts';
import { fused } from '../compile/fused.ts';
import { rowSums } from '../ops/row-sums.ts';
import { tf } from '../tf.ts';
import { emptyLane, joinLanes, withChunk } from './online-softmax.ts';
import { BlockMatrix, columnOf, rowBlocks, rowsOf } from './row-blocks.ts';
import type { LookupInputs } from './vocabulary-lookup.ts';
import { withGradient } from './with-gradient.ts';

/*
 * Between plain and chunked: one or two matrices [K, n] are kept, everything else exists in chunks. Kept are the scores s = W x', and in
 * the backward pass dz, beside them or in their place. In the latter case the scores are computed once more (one product beside six) for
 *
 *   ds = rstd (dz - mean(dz) - z mean(dz z)),   z = (s - mean(s)) rstd,
 *
 * whose means are known when every chunk has been seen. Words are rows and tokens columns: the products that make the rows of dW and
 * dT then write in order.
 */

/** Numbers per token, `[1, n]` each. */
type PerToken<K extends string> = Record<K, tf.Tensor2D>;

/** Of a chunk of scores `[chunk, n]`: the sums of their distances from `origin`, and of the squares of those. */
const momentSums = fused('lookup_moments', (scores: tf.Tensor2D, origin: tf.Tensor2D) => {
  const distance: tf.Tensor2D = tf.sub(scores, origin);
  return {
    sum: tf.sum<tf.Tensor2D>(distance, 0, true),
    squares: tf.sum<tf.Tensor2D>(tf.square(distance), 0, true),
  };
});

const softmaxChunk = fused(
  'lookup_kept_softmax',
  (scores: tf.Tensor2D, t: PerToken<'mean' | 'rstd' | 'largest'>, g: tf.Tensor2D, b: tf.Tensor2D) => {
    const logits: tf.Tensor2D = tf.add(tf.mul(tf.mul(tf.sub(scores, t.mean), t.rstd), g), b);
    const now: tf.Tensor2D = tf.maximum(t.largest, tf.max(logits, 0, true));
    const p: tf.Tensor2D = tf.exp(tf.sub(logits, now));
    return { p, now, sum: tf.sum<tf.Tensor2D>(p, 0, true) };
  },
);

/** Of a chunk of scores and of T dY': the probabilities, the gradient of z, its sums, and the gradients of norm weight and bias. */
const backwardChunk = fused(
  'lookup_kept_backward',
  (
    scores: tf.Tensor2D,
    dp: tf.Tensor2D,
    t: PerToken<'mean' | 'rstd' | 'logSum' | 'dot'>,
    g: tf.Tensor2D,
    b: tf.Tensor2D,
  ) => {
    const z: tf.Tensor2D = tf.mul(tf.sub(scores, t.mean), t.rstd);
    const p: tf.Tensor2D = tf.exp(tf.sub(tf.add(tf.mul(z, g), b), t.logSum));
    const dl: tf.Tensor2D = tf.mul(p, tf.sub(dp, t.dot));
    const dz: tf.Tensor2D = tf.mul(dl, g);
    return {
      p,
      dz,
      sum: tf.sum<tf.Tensor2D>(dz, 0, true),
      along: tf.sum<tf.Tensor2D>(tf.mul(dz, z), 0, true),
      dg: rowSums(tf.mul(dl, z)),
      db: rowSums(dl),
    };
  },
);

/** ds of a chunk, see above; `sum` and `along` are means here. */
const slopeChunk = fused(
  'lookup_kept_slope',
  (scores: tf.Tensor2D, dz: tf.Tensor2D, t: PerToken<'mean' | 'rstd' | 'sum' | 'along'>): tf.Tensor2D => {
    const z = tf.mul(tf.sub(scores, t.mean), t.rstd);
    return tf.mul(tf.sub(tf.sub(dz, t.sum), tf.mul(z, t.along)), t.rstd);
  },
);

/**
 * The look-up with one or two matrices `[K, n]` kept and chunks of `chunk` words for the rest.
 * @param lanes chunks that are computed side by side
 */
export function keptLookup(inputs: LookupInputs, kept: 1 | 2, chunk: number, lanes: number): tf.Tensor2D {
  const { x, head, normWeight, normBias, eps, table } = inputs;
  const [words] = head.shape;
  const blocks = rowBlocks(words, chunk);
  const perLane = <T>(make: () => T) => Array.from({ length: Math.min(lanes, blocks.length) }, make);
  return withGradient(
    [x, head, normWeight, normBias, table],
    () => {
      const scores = blocks.map((block) => tf.matMul(rowsOf(head, block), x, false, true) as tf.Tensor2D);
      const { mean, rstd } = moments(scores, words, eps);
      const states = perLane(() => emptyLane(x.shape[0], table.shape[1]));
      for (const block of blocks) {
        const at = block.index % lanes;
        const { largest, rows, total } = states[at]!;
        const [held] = barrier([scores[block.index]!], [rows, total]) as [tf.Tensor2D];
        const t = { mean, rstd, largest: tf.reshape<tf.Rank.R2>(largest, [1, -1]) };
        const { p, now, sum } = softmaxChunk(held, t, columnOf(normWeight, block), columnOf(normBias, block));
        const column = (row: tf.Tensor2D) => tf.reshape<tf.Rank.R2>(row, [-1, 1]);
        const part: tf.Tensor2D = tf.matMul(p, rowsOf(table, block), true, false);
        states[at] = withChunk(states[at]!, { part, now: column(now), sum: column(sum) });
      }
      const { value, logSum } = joinLanes(states);
      return { value, save: [x, head, normWeight, normBias, table, mean, rstd, value, logSum, ...scores] };
    },
    (dy, saved) => {
      const [x1, w, g, b, t, mean, rstd, y, logSum, ...scores] = saved as tf.Tensor2D[] & { length: 10 };
      const row = (values: tf.Tensor) => tf.reshape<tf.Rank.R2>(values, [1, -1]);
      const known = { mean: mean!, rstd: rstd!, logSum: row(logSum!), dot: row(tf.sum(tf.mul(dy, y!), -1)) };
      const tables = new BlockMatrix(blocks, t!.shape[1]);
      const slopes: tf.Tensor2D[] = [];
      const [dg, db]: [tf.Tensor[], tf.Tensor[]] = [[], []];
      const sums = perLane<{ sum?: tf.Tensor2D; along?: tf.Tensor2D; before: tf.Tensor[] }>(() => ({
        before: [known.dot],
      }));
      for (const block of blocks) {
        const lane = sums[block.index % lanes]!;
        const [dy1] = barrier<tf.Tensor2D>([dy], lane.before) as [tf.Tensor2D];
        const dp: tf.Tensor2D = tf.matMul(rowsOf(t!, block), dy1, false, true);
        const [weight, bias] = [columnOf(g!, block), columnOf(b!, block)];
        const now = backwardChunk(scores[block.index]!, dp, known, weight, bias);
        slopes.push(now.dz);
        dg.push(now.dg);
        db.push(now.db);
        lane.sum = plus(lane.sum, now.sum);
        lane.along = plus(lane.along, now.along);
        lane.before = [lane.along, tables.set(block, tf.matMul(now.p, dy1))];
      }
      const means = {
        mean: mean!,
        rstd: rstd!,
        sum: tf.div<tf.Tensor2D>(sums.map((lane) => lane.sum!).reduce(plus), words),
        along: tf.div<tf.Tensor2D>(sums.map((lane) => lane.along!).reduce(plus), words),
      };
      const weights = new BlockMatrix(blocks, w!.shape[1]);
      const dx = perLane<{ sum?: tf.Tensor2D; before: tf.Tensor[] }>(() => ({ before: [means.along] }));
      for (const block of blocks) {
        const lane = dx[block.index % lanes]!;
        const [held] = barrier([x1!], lane.before) as [tf.Tensor2D];
        const rows = rowsOf(w!, block);
        // Again: x that waited is not the x whose scores TensorFlow has had.
        const again = (): tf.Tensor2D => tf.matMul(rows, held, false, true);
        const ds = slopeChunk(kept === 2 ? scores[block.index]! : again(), slopes[block.index]!, means);
        lane.sum = plus(lane.sum, tf.matMul(ds, rows, true, false));
        lane.before = [lane.sum, weights.set(block, tf.matMul(ds, held))];
      }
      const vector = (parts: tf.Tensor[]) => tf.reshape(tf.concat(parts), [words]);
      const sum = dx.map((lane) => lane.sum!).reduce(plus);
      return [sum, weights.result(), vector(dg), vector(db), tables.result()];
    },
  );
}

/** Mean and reciprocal deviation of each token's scores over all words, `[1, n]`. */
function moments(scores: readonly tf.Tensor2D[], words: number, eps: number): PerToken<'mean' | 'rstd'> {
  // The first chunk's mean is near enough to the mean that nothing cancels.
  const origin: tf.Tensor2D = tf.mean(scores[0]!, 0, true);
  const parts = scores.map((chunk) => momentSums(chunk, origin));
  const average = (values: tf.Tensor2D[]) => tf.div<tf.Tensor2D>(values.reduce(plus), words);
  const offset = average(parts.map(({ sum }) => sum));
  const squares = average(parts.map((part) => part.squares));
  const variance = tf.maximum(tf.sub(squares, tf.square(offset)), 0);
  return { mean: tf.add(origin, offset), rstd: tf.rsqrt(tf.add(variance, eps)) };
}

function plus(sum: tf.Tensor2D | undefined, term: tf.Tensor2D): tf.Tensor2D {
  return sum ? tf.add(sum, term) : term;
}
