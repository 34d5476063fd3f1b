import { barrier, tf } from '@ovis/tensorflow';

/** What a sample of visual tokens and the parameters behind them give statistics of. */
export interface TokenInputs {
  /** `[n, d]`: what the visual head reads. */
  x: tf.Tensor2D;
  /** `[n]`: 1 for the tokens that count, 0 for those of places that no picture fills. */
  counts: tf.Tensor1D;
  /** Pictures that the tokens are of, `n / images` behind each other. */
  images: number;
  /** `[K, d]`: the visual head, without reserved words. */
  head: tf.Tensor2D;
  /** `[K]` */
  normWeight: tf.Tensor;
  normBias: tf.Tensor;
  eps: number;
  /** `[K, D]`: rows of the visual embedding table, without reserved ones. */
  table: tf.Tensor2D;
}

/** As {@link tokenStatistics} computes them, on the device. */
export interface TokenFacts extends Record<string, tf.Tensor> {
  /** `[n]`: entropy of each token's distribution over the words, nats; -1 where a token does not count. */
  entropy: tf.Tensor1D;
  /** `[n]`: its largest probability; -1 likewise. */
  largest: tf.Tensor1D;
  /** `[K]`: sum of the distributions of the tokens that count. */
  usage: tf.Tensor1D;
  /** `[EMBEDDING_FACTS.length]`, see there. */
  embeddings: tf.Tensor1D;
}

/**
 * Of the visual embeddings `e` of the tokens that count (N of them, mean `m`):
 *
 * - `variance`: mean of `|e - m|^2` relative to the mean of `|e|^2`, 0 (all the same) to 1
 * - `cosine`: mean cosine of two tokens of different pictures; NaN with one picture
 * - `dimensions`: directions they spread in, `(sum l)^2 / sum l^2` over the eigenvalues l of their covariance
 * - `tableNorm`: Frobenius norm of the table
 * - `logitScale`: root mean square of the head's LayerNorm weights, the spread of a token's logits: about 6 and more make tokens one word
 */
export const EMBEDDING_FACTS = ['variance', 'cosine', 'dimensions', 'tableNorm', 'logitScale'] as const;

/** A chunk's matrix `[n, chunk]` takes about so much, in floats. */
const CHUNK_FLOATS = 1 << 20;
/** Below every logit, and finite. */
const LOWEST = -1e38;

interface Words {
  start: number;
  size: number;
}

/** What has been seen of the words so far, of each token: `[n, 1]`, and `[n, D]`. */
interface Running {
  largest: tf.Tensor2D;
  /** Sum of `e = exp(logit - largest)`. */
  total: tf.Tensor2D;
  /** Sum of `e * (logit - largest)`. */
  weighted: tf.Tensor2D;
  /** Sum of `e * row of the table`. */
  rows: tf.Tensor2D;
}

/**
 * Statistics of `p = softmax(layerNorm(x head^T))` and of `p table`, over chunks of words: no `[n, K]` matrix is held where K is large. With
 * `s = x head^T` the LayerNorm's mean is `x` times the mean row of the head; its variance, the softmax's sums and the words' usage take a
 * pass each. To be called inside `compile`.
 * @param chunk words at a time; default about a million entries
 */
export function tokenStatistics(inputs: TokenInputs, chunk?: number): TokenFacts {
  const { x, counts, head, normWeight, normBias, eps, table } = inputs;
  const [n] = x.shape;
  const [words, width] = table.shape;
  const blocks = wordBlocks(words, chunk ?? Math.max(1024, Math.floor(CHUNK_FLOATS / n)));
  const meanRow: tf.Tensor2D = tf.mean(head, 0, true);
  const shift: tf.Tensor2D = tf.matMul(x, meanRow, false, true);
  /** `s - mean s` of some words, not before `after` is there: chunks are computed one after the other. */
  const centred = (block: Words, after: tf.Tensor[]): tf.Tensor2D => {
    const [rows] = barrier([x], after) as [tf.Tensor2D];
    const some: tf.Tensor2D = tf.slice(head, [block.start, 0], [block.size, head.shape[1]]);
    return tf.sub(tf.matMul(rows, some, false, true), shift);
  };

  let squares: tf.Tensor2D = tf.zeros([n, 1]);
  for (const block of blocks)
    squares = tf.add(squares, tf.sum(tf.square(centred(block, [squares])), 1, true));
  const rstd: tf.Tensor2D = tf.rsqrt(tf.add(tf.div(squares, words), eps));
  const logits = (block: Words, after: tf.Tensor[]): tf.Tensor2D => {
    const { start, size } = block;
    const normal = tf.mul(centred(block, after), rstd);
    const part = (vector: tf.Tensor) => tf.slice(vector as tf.Tensor1D, [start], [size]);
    return tf.add(tf.mul(normal, part(normWeight)), part(normBias));
  };

  let seen: Running = {
    largest: tf.fill([n, 1], LOWEST),
    total: tf.zeros([n, 1]),
    weighted: tf.zeros([n, 1]),
    rows: tf.zeros([n, width]),
  };
  for (const block of blocks) {
    const some: tf.Tensor2D = tf.slice(table, [block.start, 0], [block.size, width]);
    seen = withWords(seen, logits(block, [seen.rows, seen.weighted]), some);
  }
  const logTotal: tf.Tensor2D = tf.log(seen.total);
  const entropy: tf.Tensor2D = tf.sub(logTotal, tf.div(seen.weighted, seen.total));
  const largest: tf.Tensor2D = tf.div(1, seen.total);
  const logSum: tf.Tensor2D = tf.add(seen.largest, logTotal);

  const weights: tf.Tensor2D = tf.reshape(counts, [1, n]);
  const usage: tf.Tensor2D[] = [];
  for (const block of blocks) {
    const p: tf.Tensor2D = tf.exp(tf.sub(logits(block, usage.slice(-1)), logSum));
    usage.push(tf.matMul(weights, p));
  }
  const counted = tf.greater(counts, 0);
  const or = (values: tf.Tensor2D): tf.Tensor1D =>
    tf.where(counted, tf.reshape<tf.Rank.R1>(values, [n]), tf.fill([n], -1));
  return {
    entropy: or(entropy),
    largest: or(largest),
    usage: tf.reshape(tf.concat(usage, 1), [words]),
    embeddings: embeddingFacts(tf.div(seen.rows, seen.total), inputs),
  };
}

function withWords(seen: Running, logits: tf.Tensor2D, table: tf.Tensor2D): Running {
  const largest: tf.Tensor2D = tf.maximum(seen.largest, tf.max(logits, 1, true));
  const below: tf.Tensor2D = tf.sub(logits, largest);
  const e: tf.Tensor2D = tf.exp(below);
  const moved: tf.Tensor2D = tf.sub(seen.largest, largest);
  const shrink = tf.exp(moved);
  // In front of the first words: nothing, and not 0 times infinity.
  const old = tf.add(seen.weighted, tf.mul(seen.total, tf.maximum(moved, -1e30)));
  return {
    largest,
    total: tf.add(tf.mul(seen.total, shrink), tf.sum(e, 1, true)),
    weighted: tf.add(tf.mul(old, shrink), tf.sum(tf.mul(e, below), 1, true)),
    rows: tf.add(tf.mul(seen.rows, shrink), tf.matMul(e, table)),
  };
}

/** {@link EMBEDDING_FACTS} of `[n, D]`. */
function embeddingFacts(rows: tf.Tensor2D, { counts, images, table, normWeight }: TokenInputs): tf.Tensor1D {
  const [n, width] = rows.shape;
  const perToken: tf.Tensor2D = tf.reshape(counts, [n, 1]);
  const e: tf.Tensor2D = tf.mul(rows, perToken);
  const count = tf.maximum<tf.Scalar>(tf.sum(counts), 1);
  const sumSquares = tf.sum<tf.Scalar>(tf.square(e));
  const mean: tf.Tensor2D = tf.div(tf.sum(e, 0, true), count);
  const away: tf.Tensor2D = tf.mul(tf.sub(e, mean), perToken);
  const spread = tf.sum<tf.Scalar>(tf.square(away));
  const variance = tf.div(spread, tf.maximum(sumSquares, 1e-30));
  // tr(C^2) of the covariance C = A'A is that of AA', which is n wide instead of D.
  const gram = n < width ? tf.matMul(away, away, false, true) : tf.matMul(away, away, true, false);
  const dimensions = tf.div(tf.square(spread), tf.maximum(tf.sum<tf.Scalar>(tf.square(gram)), 1e-30));
  const unit: tf.Tensor2D = tf.div(e, tf.maximum(tf.sqrt(tf.sum(tf.square(e), 1, true)), 1e-20));
  const perImage: tf.Tensor2D = tf.sum(tf.reshape(unit, [images, n / images, width]), 1);
  const sizes = tf.sum(tf.reshape(counts, [images, n / images]), 1);
  const all = tf.sum(tf.square(tf.sum(perImage, 0)));
  const cosines = tf.sub(all, tf.sum(tf.square(perImage)));
  // 0 / 0 with one picture.
  const cosine = tf.div(cosines, tf.sub(tf.square(tf.sum(counts)), tf.sum(tf.square(sizes))));
  const tableNorm = tf.sqrt(tf.sum(tf.square(table)));
  const logitScale = tf.sqrt(tf.mean(tf.square(normWeight)));
  return tf.stack([variance, cosine, dimensions, tableNorm, logitScale] as tf.Scalar[]) as tf.Tensor1D;
}

function wordBlocks(words: number, most: number): Words[] {
  const count = Math.ceil(words / most);
  const size = Math.ceil(words / count);
  return Array.from({ length: Math.ceil(words / size) }, (_, i) => ({
    start: i * size,
    size: Math.min(size, words - i * size),
  }));
}
