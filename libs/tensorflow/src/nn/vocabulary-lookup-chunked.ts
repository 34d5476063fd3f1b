import { barrier } from '../compile/barrier.ts';
import { fused } from '../compile/fused.ts';
import { columnSums, rowSums } from '../ops/row-sums.ts';
import { tf } from '../tf.ts';
import { emptyLane, joinLanes, withChunk } from './online-softmax.ts';
import { BlockMatrix, rowBlocks, rowsOf, type RowBlock } from './row-blocks.ts';
import type { LookupInputs } from './vocabulary-lookup.ts';
import { withGradient } from './with-gradient.ts';

/*
 * With m the mean of the head's rows, C the rows minus m, and G = C'C / K, the LayerNorm over the vocabulary needs no logits:
 *
 *   h = x * rsqrt(x' G x + eps)          [n, d]
 *   z = h C' = h W' - h m                [n, K]
 *   logits = g z + b
 *
 * What remains is attention with the head as keys. Everything that is done to single elements happens on chunks of
 * h W' and dY T', never on rows of the head or the table. Backward, with dL = P * (dY T' - rowsum(dY * Y)) and dZ = g dL:
 *
 *   dT = P' dY   db = colsum dL   dg = colsum(dL * z)
 *   u = dZ C = dZ W - rowsum(dZ) m
 *   dx = rstd u - rstd^3 (u . x) G x
 *   dW = dZ' h - 1/K rowsum(dZ)' h + C M,   M = -1/K sum_n rstd_n^3 (u_n . x_n) x_n x_n'
 *
 * M is only known after the last chunk, so the last two terms are added to the finished rows in a second, cheaper loop.
 */

/** The symmetric product of the head with itself is computed in so many strips: 1/2 + 1/4 of it. */
const GRAM_STRIPS = 2;

interface Head {
  rowSum: tf.Tensor2D;
  weight: tf.Tensor2D;
  mean: tf.Tensor2D;
}

/** Of a chunk of scores `[n, chunk]`: `exp(logits - largest so far)`, and what the running sums need. */
const softmaxChunk = fused(
  'lookup_softmax',
  (scores: tf.Tensor2D, shift: tf.Tensor2D, g: tf.Tensor, b: tf.Tensor, largest: tf.Tensor2D) => {
    const logits: tf.Tensor2D = tf.add(tf.mul(tf.sub(scores, shift), g), b);
    const now: tf.Tensor2D = tf.maximum(largest, tf.max(logits, -1, true));
    const p: tf.Tensor2D = tf.exp(tf.sub(logits, now));
    return { p, now, sum: rowSums(p) };
  },
);

/** Of chunks of h W' and dY T', transposed `[chunk, n]`: the probabilities, the gradient of z, and those of norm weight and bias. */
const backwardChunk = fused(
  'lookup_backward',
  (
    scores: tf.Tensor2D,
    dp: tf.Tensor2D,
    perRow: Record<'shift' | 'logSum' | 'dot', tf.Tensor>,
    g: tf.Tensor,
    b: tf.Tensor,
  ) => {
    const [size] = scores.shape;
    const scale: tf.Tensor2D = tf.reshape(g, [size, 1]);
    const z: tf.Tensor2D = tf.sub(scores, perRow.shift);
    const p: tf.Tensor2D = tf.exp(tf.sub(tf.add(tf.mul(z, scale), tf.reshape(b, [size, 1])), perRow.logSum));
    const dl: tf.Tensor2D = tf.mul(p, tf.sub(dp, perRow.dot));
    return {
      p,
      dz: tf.mul<tf.Tensor2D>(dl, scale),
      dg: tf.reshape<tf.Rank.R1>(rowSums(tf.mul(dl, z)), [size]),
      db: tf.reshape<tf.Rank.R1>(rowSums(dl), [size]),
    };
  },
);

/**
 * The look-up in chunks of `chunk` words with a running maximum and sum; the backward pass computes each chunk's
 * probabilities again from the saved logsumexp. Never holds more than a few matrices `[max(n, d, D), chunk]` per lane.
 * @param lanes chunks that are computed side by side
 */
export function chunkedLookup(inputs: LookupInputs, chunk: number, lanes: number): tf.Tensor2D {
  const { x, head, normWeight, normBias, eps, table } = inputs;
  const blocks = rowBlocks(head.shape[0], chunk);
  return withGradient(
    [x, head, normWeight, normBias, table],
    () => {
      const mean: tf.Tensor2D = tf.div(columnSums(head), head.shape[0]);
      const moment = secondMoment(head, mean, blocks, lanes);
      const variance = tf.maximum(tf.sum(tf.mul(tf.matMul(x, moment), x), -1, true), 0);
      const rstd: tf.Tensor2D = tf.rsqrt(tf.add(variance, eps));
      const h: tf.Tensor2D = tf.mul(x, rstd);
      const { value, logSum } = onlineSoftmax({ ...inputs, x: h }, mean, blocks, lanes);
      return { value, save: [x, head, normWeight, normBias, table, mean, moment, rstd, h, value, logSum] };
    },
    (dy, saved) => {
      const [x1, w, g, b, t, mean, moment, rstd, h, y, logSum] = saved as tf.Tensor2D[] & { length: 11 };
      const weight = new BlockMatrix(blocks, w!.shape[1]);
      const tables = new BlockMatrix(blocks, t!.shape[1]);
      const perRow = {
        shift: tf.reshape(tf.matMul(h!, mean!, false, true), [-1]),
        logSum: tf.reshape(logSum!, [-1]),
        dot: tf.sum(tf.mul(dy, y!), -1),
      };
      const dg: tf.Tensor1D[] = [];
      const db: tf.Tensor1D[] = [];
      const perLane: { u?: tf.Tensor2D; sums?: tf.Tensor2D; before: tf.Tensor[] }[] = Array.from(
        { length: lanes },
        () => ({ before: [perRow.dot] }),
      );
      for (const block of blocks) {
        const lane = perLane[block.index % lanes]!;
        const [h1, dy1] = barrier<tf.Tensor2D>([h!, dy], lane.before) as [tf.Tensor2D, tf.Tensor2D];
        const rows = rowsOf(w!, block);
        // Transposed, [chunk, n]: the products that make the rows of dW and dT then read and write in order.
        const scores: tf.Tensor2D = tf.matMul(rows, h1, false, true);
        const dp: tf.Tensor2D = tf.matMul(rowsOf(t!, block), dy1, false, true);
        const now = backwardChunk(scores, dp, perRow, partOf(g!, block), partOf(b!, block));
        const u = (lane.u = plus(lane.u, tf.matMul(now.dz, rows, true, false)));
        const sums = (lane.sums = plus(lane.sums, columnSums(now.dz)));
        dg.push(now.dg);
        db.push(now.db);
        const dw: tf.Tensor2D = tf.matMul(now.dz, h1);
        lane.before = [u, sums, weight.set(block, dw), tables.set(block, tf.matMul(now.p, dy1))];
      }
      const u = total(perLane.map((lane) => lane.u));
      const sums = total(perLane.map((lane) => lane.sums));
      const perToken: tf.Tensor2D = tf.reshape(sums, [-1, 1]);
      const centred: tf.Tensor2D = tf.sub(u, tf.mul(perToken, mean!));
      const pull = tf.mul(tf.pow(rstd!, 3), tf.sum(tf.mul(centred, x1!), -1, true));
      const dx = tf.sub(tf.mul(rstd!, centred), tf.mul(pull, tf.matMul(x1!, moment!)));
      const words = w!.shape[0];
      const m: tf.Tensor2D = tf.matMul(tf.mul<tf.Tensor2D>(x1!, tf.mul(pull, -1 / words)), x1!, true, false);
      const rowSum: tf.Tensor2D = tf.matMul(sums, h!);
      addCorrection(weight, { rowSum, weight: w!, mean: mean! }, m, { blocks, lanes });
      return [dx, weight.result(), tf.concat(dg), tf.concat(db), tables.result()];
    },
  );
}

/**
 * `C'C / K` `[d, d]`, of the centred rows: rounded better than `W'W / K - mean mean'`. Only the blocks on and above the
 * diagonal are products.
 */
function secondMoment(head: tf.Tensor2D, mean: tf.Tensor2D, blocks: RowBlock[], lanes: number): tf.Tensor2D {
  const d = head.shape[1];
  const strip = Math.ceil(d / GRAM_STRIPS);
  const starts = Array.from({ length: Math.ceil(d / strip) }, (_, i) => i * strip);
  const perLane: (tf.Tensor2D[] | undefined)[] = [];
  for (const block of blocks) {
    const before = perLane[block.index % lanes];
    const [m] = barrier([mean], before ?? []) as [tf.Tensor2D];
    const centred: tf.Tensor2D = tf.sub(rowsOf(head, block), m);
    perLane[block.index % lanes] = starts.map((start, i) => {
      const right = tf.slice(centred, [0, start], [block.size, d - start]);
      const left = tf.slice(centred, [0, start], [block.size, Math.min(strip, d - start)]);
      return plus(before?.[i], tf.matMul(left, right, true, false));
    });
  }
  const sums = starts.map((_, i) => total(perLane.map((lane) => lane?.[i])));
  const rows = sums.map((sum, i) => {
    const [height] = sum.shape;
    const below = sums.slice(0, i).map((s, j) => tf.slice(s, [0, (i - j) * strip], [s.shape[0], height]));
    return tf.concat([...below.map((s) => tf.transpose(s)), sum], 1);
  });
  return tf.div<tf.Tensor2D>(tf.concat(rows, 0), head.shape[0]);
}

/** `softmax(g (h W' - h m) + b) T` and the logarithm of the softmax's denominator, `[n, 1]`. */
function onlineSoftmax(
  { x: h, head, normWeight, normBias, table }: LookupInputs,
  mean: tf.Tensor2D,
  blocks: RowBlock[],
  lanes: number,
): { value: tf.Tensor2D; logSum: tf.Tensor2D } {
  const [n] = h.shape;
  const shift: tf.Tensor2D = tf.matMul(h, mean, false, true);
  const states = Array.from({ length: lanes }, () => emptyLane(n, table.shape[1]));
  for (const block of blocks) {
    const at = block.index % lanes;
    const { largest, rows, total } = states[at]!;
    const [h1] = barrier([h], [rows, total]) as [tf.Tensor2D];
    const scores: tf.Tensor2D = tf.matMul(h1, rowsOf(head, block), false, true);
    const [g, b] = [partOf(normWeight, block), partOf(normBias, block)];
    const { p, now, sum } = softmaxChunk(scores, shift, g, b, largest);
    const part: tf.Tensor2D = tf.matMul(p, rowsOf(table, block));
    states[at] = withChunk(states[at]!, { part, sum, now });
  }
  return joinLanes(states);
}

/** Adds `C M - rowSum / K` to the head's gradient. */
function addCorrection(
  gradient: BlockMatrix,
  head: Head,
  m: tf.Tensor2D,
  { blocks, lanes }: { blocks: RowBlock[]; lanes: number },
): void {
  const { weight, mean, rowSum } = head;
  const shift = tf.neg(tf.add(tf.matMul(mean, m), tf.div(rowSum, weight.shape[0])));
  const bias = tf.reshape(shift, [m.shape[1]]);
  const before: tf.Tensor[] = [];
  for (const block of blocks) {
    const [held] = barrier([m], [before[block.index % lanes] ?? bias]) as [tf.Tensor2D];
    before[block.index % lanes] = gradient.add(block, tf.add(tf.matMul(rowsOf(weight, block), held), bias));
  }
}

function partOf(vector: tf.Tensor, { start, size }: RowBlock): tf.Tensor1D {
  return tf.slice(vector as tf.Tensor1D, [start], [size]);
}

/** Of what the lanes have found; there may be fewer blocks than lanes. */
function total(lanes: (tf.Tensor2D | undefined)[]): tf.Tensor2D {
  return lanes.filter((lane) => lane !== undefined).reduce((sum, lane) => tf.add(sum, lane));
}

function plus(sum: tf.Tensor2D | undefined, term: tf.Tensor2D): tf.Tensor2D {
  return sum ? tf.add(sum, term) : term;
}
