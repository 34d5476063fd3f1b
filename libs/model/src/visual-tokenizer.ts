import { imageTokens, type OvisConfig } from './config/index.ts';
import { layerNorm, linear, tf, vocabularyLookup } from '@ovis/tensorflow';
import { HEAD_NORM_BIAS, HEAD_NORM_WEIGHT, HEAD_WEIGHT, VIT_PREFIX, VTE_WEIGHT } from './parameter-shapes.ts';
import { ParamScope, type Params, type Tap } from './params.ts';
import { tokenize } from './tokenize.ts';
import { visualFeatures } from './vision/features.ts';

/** torch's default for the LayerNorm over the visual vocabulary (`head.1`). */
export const HEAD_NORM_EPS = 1e-5;

export interface VisualOptions {
  /** `[images * l, K - R]`, needed by `gumbel_argmax`. */
  gumbelNoise?: tf.Tensor2D;
  /** Replaces the config's tau (annealing, spec 5.4). */
  tau?: number | tf.Scalar;
  /** Compute each transformer block again in the backward pass instead of keeping what it needs. */
  recompute?: boolean;
  tap?: Tap;
}

/**
 * Pixels `[images, channels, S, S]` -> probabilistic tokens without the reserved columns, `[images * l, K - R]` (spec 1).
 * A patch never has mass on a reserved row, so the zero columns of the official code are left out here.
 */
export function visualTokens(
  config: OvisConfig,
  params: Params,
  pixels: tf.Tensor4D,
  o: VisualOptions = {},
): tf.Tensor2D {
  const { visual } = config;
  const all = new ParamScope(params, '');
  const images = pixels.shape[0];
  const tokens = imageTokens(config);
  const scores = linear(headInputs(config, params, pixels, o), all.get(HEAD_WEIGHT));
  const logits = layerNorm(scores, all.get(HEAD_NORM_WEIGHT), all.get(HEAD_NORM_BIAS), HEAD_NORM_EPS);
  o.tap?.('visual.logits', tf.reshape(logits, [images, tokens, visual.vocabSize - visual.reserved]));
  const result = tokenize(visual, logits, o);
  o.tap?.('visual.tokens', tf.reshape(result, [images, tokens, visual.vocabSize - visual.reserved]));
  return result;
}

/** Pixels `[images, channels, S, S]` -> what the head reads, `[images * l, features]`. */
export function headInputs(
  config: OvisConfig,
  params: Params,
  pixels: tf.Tensor4D,
  o: VisualOptions = {},
): tf.Tensor2D {
  const rows = visualFeatures(config.visual, new ParamScope(params, VIT_PREFIX), pixels, o);
  o.tap?.('visual.features', rows);
  return tf.reshape(rows, [rows.shape[0] * rows.shape[1], rows.shape[2]]);
}

/**
 * What patches look up in `table` `[K - R, D]`: `[images * l, D]`. A softmax over the words that nobody taps need not exist
 * as a whole.
 */
function lookUp(
  config: OvisConfig,
  params: Params,
  pixels: tf.Tensor4D,
  table: tf.Tensor2D,
  o: VisualOptions,
): tf.Tensor2D {
  if (config.visual.tokenizeFunction !== 'softmax' || o.tap) {
    return tf.matMul(visualTokens(config, params, pixels, o), table);
  }
  const all = new ParamScope(params, '');
  return vocabularyLookup({
    x: headInputs(config, params, pixels, o),
    head: all.get(HEAD_WEIGHT) as tf.Tensor2D,
    normWeight: all.get(HEAD_NORM_WEIGHT),
    normBias: all.get(HEAD_NORM_BIAS),
    eps: HEAD_NORM_EPS,
    table,
  });
}

/**
 * Pixels `[images, channels, S, S]` -> the rows given to the LLM (spec 1, 2.5), `[rows, D]`:
 *
 * - one expected row of the visual embedding table per token, picture by picture;
 * - with `wrapped` indicators each picture between the rows `K-2` and `K-1`;
 * - with `in-text` indicators the five rows from `K-5` on come first, for the ids that refer to them.
 */
export function visualEmbeds(
  config: OvisConfig,
  params: Params,
  pixels: tf.Tensor4D,
  o: VisualOptions = {},
): tf.Tensor2D {
  const { visual, hiddenSize } = config;
  const images = pixels.shape[0];
  const table = new ParamScope(params, '').get(VTE_WEIGHT) as tf.Tensor2D;
  const words = visual.vocabSize - visual.reserved;
  const [learned, reserved] =
    visual.reserved === 0
      ? [table]
      : (tf.split(table, [words, visual.reserved], 0) as [tf.Tensor2D, tf.Tensor2D]);
  const rows = lookUp(config, params, pixels, learned, o);
  const perImage: tf.Tensor3D = tf.reshape(rows, [images, imageTokens(config), hiddenSize]);
  const wrapped = visual.indicators === 'wrapped' ? wrap(perImage, reserved as tf.Tensor2D) : perImage;
  o.tap?.('visual.embeds', wrapped);
  const flat: tf.Tensor2D = tf.reshape(wrapped, [images * wrapped.shape[1], hiddenSize]);
  return visual.indicators === 'in-text' ? tf.concat([reserved as tf.Tensor2D, flat], 0) : flat;
}

/** Puts `[images, l, D]` between the begin and the end row of `[2, D]`. */
function wrap(patches: tf.Tensor3D, indicators: tf.Tensor2D): tf.Tensor3D {
  const [images, , width] = patches.shape;
  const [begin, end] = tf
    .split(indicators, 2, 0)
    .map((row) => tf.broadcastTo(tf.reshape(row, [1, 1, width]), [images, 1, width])) as [
    tf.Tensor3D,
    tf.Tensor3D,
  ];
  return tf.concat([begin, patches, end], 1);
}
