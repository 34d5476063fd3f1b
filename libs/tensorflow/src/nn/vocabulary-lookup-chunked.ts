import { barrier } from '../compile/barrier.ts';
import { tf } from '../tf.ts';
import { BlockMatrix, columnOf, rowBlocks, rowsOf, type RowBlock } from './row-blocks.ts';
import type { LookupInputs } from './vocabulary-lookup.ts';
import { withGradient } from './with-gradient.ts';

/*
 * With C the head's rows minus their mean, and S = C'C / K, the LayerNorm over the vocabulary needs no logits:
 *
 *   h = x * rsqrt(x' S x + eps)          [n, d]
 *   logits = h (g C)' + b                [n, K]
 *
 * What remains is attention with the rows of g C as keys, and everything about the norm is d wide. Backward, with
 * dL = P * (dY T' - rowsum(dY * Y)), A = dL' h and u = dL (g C) summed over the chunks:
 *
 *   dT = P' dY   db = colsum dL   dg = rowsum(A * C)
 *   dx = rstd u - rstd^3 (u . x) S x
 *   dW = g A - mean over K of (g A) + C M,   M = -1/K sum_n rstd_n^3 (u_n . x_n) x_n x_n'
 *
 * M is only known after the last chunk, so C M is added to the finished rows in a second, cheaper loop.
 */

/** The symmetric product of the head with itself is computed in so many strips: 1 + 1/4 halves of it. */
const GRAM_STRIPS = 4;

interface Head {
  rowSum: tf.Tensor2D;
  weight: tf.Tensor2D;
  mean: tf.Tensor2D;
}

/**
 * The look-up in chunks of `chunk` words with a running maximum and sum; the backward pass computes each chunk's
 * probabilities again from the saved logsumexp. Never holds more than a few matrices `[max(n, d, D), chunk]`.
 */
export function chunkedLookup(inputs: LookupInputs, chunk: number): tf.Tensor2D {
  const { x, head, normWeight, normBias, eps, table } = inputs;
  const blocks = rowBlocks(head.shape[0], chunk);
  return withGradient(
    [x, head, normWeight, normBias, table],
    () => {
      const mean: tf.Tensor2D = tf.mean(head, 0, true);
      const moment = secondMoment(head, mean, blocks);
      const variance = tf.maximum(tf.sum(tf.mul(tf.matMul(x, moment), x), -1, true), 0);
      const rstd: tf.Tensor2D = tf.rsqrt(tf.add(variance, eps));
      const h: tf.Tensor2D = tf.mul(x, rstd);
      const { value, logSum } = onlineSoftmax({ ...inputs, x: h }, mean, blocks);
      return { value, save: [x, head, normWeight, normBias, table, mean, moment, rstd, h, value, logSum] };
    },
    (dy, saved) => {
      const [x1, w, g, b, t, mean, moment, rstd, h, y, logSum] = saved as tf.Tensor2D[] & { length: 11 };
      const weight = new BlockMatrix(blocks, w!.shape[1]);
      const tables = new BlockMatrix(blocks, t!.shape[1]);
      const minusLogSum = tf.neg(tf.reshape(logSum!, [-1]));
      const minusDot = tf.neg(tf.sum(tf.mul(dy, y!), -1));
      const dg: tf.Tensor1D[] = [];
      const db: tf.Tensor1D[] = [];
      let u: tf.Tensor2D | undefined;
      let rowSum: tf.Tensor2D | undefined;
      let before: tf.Tensor[] = [minusDot];
      for (const block of blocks) {
        const [m, d] = barrier([mean!, dy], before) as [tf.Tensor2D, tf.Tensor2D];
        const scale = columnOf(g!, block);
        const centred: tf.Tensor2D = tf.sub(rowsOf(w!, block), m);
        const keys: tf.Tensor2D = tf.mul(centred, scale);
        // Transposed, [chunk, n]: what is subtracted per row of the softmax is then a bias that MatMul adds itself.
        const shifted = tf.add(tf.matMul(keys, h!, false, true), minusLogSum);
        const p: tf.Tensor2D = tf.exp(tf.add(shifted, columnOf(b!, block)));
        const dp = tf.add(tf.matMul(rowsOf(t!, block), d, false, true), minusDot);
        const dl: tf.Tensor2D = tf.mul(p, dp);
        const a = tf.matMul(dl, h!);
        const scaled: tf.Tensor2D = tf.mul(a, scale);
        u = plus(u, tf.matMul(dl, keys, true, false));
        rowSum = plus(rowSum, tf.sum<tf.Tensor2D>(scaled, 0, true));
        dg.push(tf.sum(tf.mul(a, centred), -1));
        db.push(tf.sum(dl, -1));
        before = [u, rowSum, dg.at(-1)!, db.at(-1)!];
        before.push(weight.set(block, scaled), tables.set(block, tf.matMul(p, d)));
      }
      const pull = tf.mul(tf.pow(rstd!, 3), tf.sum(tf.mul(u!, x1!), -1, true));
      const dx = tf.sub(tf.mul(rstd!, u!), tf.mul(pull, tf.matMul(x1!, moment!)));
      const words = w!.shape[0];
      const m: tf.Tensor2D = tf.matMul(tf.mul<tf.Tensor2D>(x1!, tf.mul(pull, -1 / words)), x1!, true, false);
      addCorrection(weight, { rowSum: rowSum!, weight: w!, mean: mean! }, m, blocks);
      return [dx, weight.result(), tf.concat(dg), tf.concat(db), tables.result()];
    },
  );
}

/**
 * `C'C / K` `[d, d]`, of the centred rows: rounded better than `W'W / K - mean mean'`. Only the blocks on and above the
 * diagonal are products.
 */
function secondMoment(head: tf.Tensor2D, mean: tf.Tensor2D, blocks: RowBlock[]): tf.Tensor2D {
  const d = head.shape[1];
  const strip = Math.ceil(d / GRAM_STRIPS);
  const starts = Array.from({ length: Math.ceil(d / strip) }, (_, i) => i * strip);
  let sums: tf.Tensor2D[] | undefined;
  for (const block of blocks) {
    const [m] = barrier([mean], sums ?? []) as [tf.Tensor2D];
    const centred: tf.Tensor2D = tf.sub(rowsOf(head, block), m);
    const before: tf.Tensor2D[] | undefined = sums;
    sums = starts.map((start, i) => {
      const right = tf.slice(centred, [0, start], [block.size, d - start]);
      const left = tf.slice(centred, [0, start], [block.size, Math.min(strip, d - start)]);
      return plus(before?.[i], tf.matMul(left, right, true, false));
    });
  }
  const rows = sums!.map((sum, i) => {
    const [height] = sum.shape;
    const below = sums!.slice(0, i).map((s, j) => tf.slice(s, [0, (i - j) * strip], [s.shape[0], height]));
    return tf.concat([...below.map((s) => tf.transpose(s)), sum], 1);
  });
  return tf.div<tf.Tensor2D>(tf.concat(rows, 0), head.shape[0]);
}

/** `softmax(h (g C)' + b) T` and the logarithm of the softmax's denominator, `[n, 1]`. */
function onlineSoftmax(
  { x: h, head, normWeight, normBias, table }: LookupInputs,
  mean: tf.Tensor2D,
  blocks: RowBlock[],
): { value: tf.Tensor2D; logSum: tf.Tensor2D } {
  let largest: tf.Tensor2D | undefined;
  let total: tf.Tensor2D | undefined;
  let rows: tf.Tensor2D | undefined;
  for (const block of blocks) {
    const [m] = barrier([mean], rows ? [rows, total!] : [h]) as [tf.Tensor2D];
    const keys: tf.Tensor2D = tf.mul(tf.sub(rowsOf(head, block), m), columnOf(normWeight, block));
    const bias = tf.slice(normBias, [block.start], [block.size]);
    const logits = tf.add(tf.matMul(h, keys, false, true), bias);
    const here: tf.Tensor2D = tf.max(logits, -1, true);
    const now: tf.Tensor2D = largest ? tf.maximum(largest, here) : here;
    const p: tf.Tensor2D = tf.exp(tf.sub(logits, now));
    const shrink = largest && tf.exp(tf.sub(largest, now));
    const sum: tf.Tensor2D = tf.sum(p, -1, true);
    const part: tf.Tensor2D = tf.matMul(p, rowsOf(table, block));
    total = shrink ? tf.add<tf.Tensor2D>(tf.mul(total!, shrink), sum) : sum;
    rows = shrink ? tf.add<tf.Tensor2D>(tf.mul(rows!, shrink), part) : part;
    largest = now;
  }
  return { value: tf.div(rows!, total!), logSum: tf.add(largest!, tf.log(total!)) };
}

/** Adds `C M - rowSum / K` to the head's gradient. */
function addCorrection(gradient: BlockMatrix, head: Head, m: tf.Tensor2D, blocks: RowBlock[]): void {
  const { weight, mean, rowSum } = head;
  const shift = tf.neg(tf.add(tf.matMul(mean, m), tf.div(rowSum, weight.shape[0])));
  const bias = tf.reshape(shift, [m.shape[1]]);
  let before: tf.Tensor = bias;
  for (const block of blocks) {
    const [held] = barrier([m], [before]) as [tf.Tensor2D];
    before = gradient.add(block, tf.add(tf.matMul(rowsOf(weight, block), held), bias));
  }
}

function plus(sum: tf.Tensor2D | undefined, term: tf.Tensor2D): tf.Tensor2D {
  return sum ? tf.add(sum, term) : term;
}
