import { asFloat32, visualTokens, VTE_WEIGHT } from '@ovis/model';
import { tensorView, tf } from '@ovis/tensorflow';
import type { PretrainedModel } from './open-model.ts';

/** Of the visual embedding table `[K, D]`. */
export interface TableStatistics {
  rows: number;
  width: number;
  /** Of all entries. */
  mean: number;
  std: number;
  /** Euclidean norms of the rows. */
  norms: { min: number; median: number; mean: number; max: number; std: number };
  /** Share of the rows whose norm is below a tenth of the median. */
  smallRows: number;
  /** Mean cosine of a row with the one most like it, over `sampled` rows; random rows of this width have about the value beside it. */
  nearestCosine: number;
  sampled: number;
}

/** Of the distributions over the visual words (paper, appendix E, figure 8). */
export interface TokenStatistics {
  pictures: number;
  tokens: number;
  words: number;
  /** Shares of the probabilities above these bounds. */
  above: { bound: number; share: number }[];
  /** Mean over the tokens, in nats, and what it says: `exp(entropy)` words of equal probability. */
  entropy: number;
  effectiveWords: number;
  /** Mean of each token's largest probability. */
  largest: number;
  /** Words that are the likeliest of some token, and the share of the tokens that the most frequent of them takes. */
  wordsUsed: number;
  mostUsed: { word: number; share: number }[];
}

const BOUNDS = [1e-4, 1e-5, 1e-6];
const SAMPLED_ROWS = 512;

/** Statistics of the visual embedding table. */
export function tableStatistics({ params }: Pick<PretrainedModel, 'params'>): TableStatistics {
  const held = params[VTE_WEIGHT] as tf.Tensor2D;
  const table = asFloat32(held) as tf.Tensor2D;
  try {
    return statisticsOf(table);
  } finally {
    if (table !== held) table.dispose();
  }
}

function statisticsOf(table: tf.Tensor2D): TableStatistics {
  const [rows, width] = table.shape;
  const data = tensorView(table) as Float32Array;
  const norms = new Float64Array(rows);
  let sum = 0;
  let squares = 0;
  for (let row = 0; row < rows; row++) {
    let own = 0;
    for (let i = row * width; i < (row + 1) * width; i++) {
      const value = data[i] as number;
      sum += value;
      own += value * value;
    }
    squares += own;
    norms[row] = Math.sqrt(own);
  }
  const count = rows * width;
  const sorted = norms.slice().sort();
  const median = sorted[Math.floor(rows / 2)] as number;
  const mean = norms.reduce((a, b) => a + b, 0) / rows;
  const variance = norms.reduce((a, b) => a + (b - mean) ** 2, 0) / rows;
  const sampled = Math.min(rows, SAMPLED_ROWS);
  return {
    rows,
    width,
    mean: sum / count,
    std: Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2)),
    norms: {
      min: sorted[0] as number,
      median,
      mean,
      max: sorted[rows - 1] as number,
      std: Math.sqrt(variance),
    },
    smallRows: norms.filter((norm) => norm < median / 10).length / rows,
    nearestCosine: nearestCosine(table, sampled),
    sampled,
  };
}

/** Rows spread evenly over the table against each other. */
function nearestCosine(table: tf.Tensor2D, sampled: number): number {
  if (sampled < 2) return 0;
  return tf.tidy(() => {
    const [rows] = table.shape;
    const at = Array.from({ length: sampled }, (_, i) => Math.floor((i * rows) / sampled));
    const some = tf.gather(table, tf.tensor1d(at, 'int32')) as tf.Tensor2D;
    const unit = tf.div(some, tf.maximum(tf.norm(some, 2, 1, true), 1e-12)) as tf.Tensor2D;
    const cosines = tf.sub(tf.matMul(unit, unit, false, true), tf.mul(tf.eye(sampled), 4));
    return tf.mean(tf.max(cosines, 1)).dataSync()[0] as number;
  });
}

/**
 * Statistics of the visual tokens of pictures, given one after the other as the model takes them (`preparePicture`): `[channels, S, S]` per
 * picture or tile.
 */
export function tokenStatistics(
  { config, params }: Pick<PretrainedModel, 'config' | 'params'>,
  pictures: Iterable<readonly Float32Array[]>,
): TokenStatistics {
  const words = config.visual.vocabSize - config.visual.reserved;
  const side = config.visual.backbone.imageSize;
  const used = new Uint32Array(words);
  const above = BOUNDS.map(() => 0);
  const total = { pictures: 0, tokens: 0, entropy: 0, effective: 0, largest: 0 };
  for (const tiles of pictures) {
    total.pictures++;
    for (const tile of tiles) {
      const channels = tile.length / side ** 2;
      const p = tf.tidy(() => {
        const pixels = tf.tensor4d(tile, [1, channels, side, side]);
        const soft = { ...config, visual: { ...config.visual, tokenizeFunction: 'softmax' as const } };
        return visualTokens(soft, params, pixels).dataSync() as Float32Array;
      });
      for (let from = 0; from < p.length; from += words) {
        let entropy = 0;
        let best = 0;
        for (let word = 0; word < words; word++) {
          const value = p[from + word] as number;
          if (value > 0) entropy -= value * Math.log(value);
          if (value > (p[from + best] as number)) best = word;
          BOUNDS.forEach((bound, i) => value > bound && above[i]!++);
        }
        used[best]!++;
        total.tokens++;
        total.entropy += entropy;
        total.effective += Math.exp(entropy);
        total.largest += p[from + best] as number;
      }
    }
  }
  const tokens = Math.max(1, total.tokens);
  const order = Array.from(used.keys()).sort((a, b) => used[b]! - used[a]!);
  return {
    pictures: total.pictures,
    tokens: total.tokens,
    words,
    above: BOUNDS.map((bound, i) => ({ bound, share: above[i]! / (tokens * words) })),
    entropy: total.entropy / tokens,
    effectiveWords: total.effective / tokens,
    largest: total.largest / tokens,
    wordsUsed: used.filter((times) => times > 0).length,
    mostUsed: order.slice(0, 3).map((word) => ({ word, share: used[word]! / tokens })),
  };
}
