import { imageTokenRows, imageTokens, type OvisConfig } from './config/index.ts';
import { layerNorm, linear, tf, vocabularyLookup } from '@ovis/tensorflow';
import { HEAD_NORM_BIAS, HEAD_NORM_WEIGHT, HEAD_WEIGHT, VIT_PREFIX, VTE_WEIGHT } from './parameter-shapes.ts';
import { ParamScope, type Params, type Tap } from './params.ts';
import { tokenize } from './tokenize.ts';
import { visionForward } from './vision/vision.ts';

/** torch's default for the LayerNorm over the visual vocabulary (`head.1`). */
const HEAD_NORM_EPS = 1e-5;

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
 * Pixels `[images, 3, S, S]` -> probabilistic tokens without the reserved columns, `[images * l, K - R]` (spec 1).
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
  const features = visualFeatures(config, params, pixels, o);
  const scores = linear(features, all.get(HEAD_WEIGHT));
  const logits = layerNorm(scores, all.get(HEAD_NORM_WEIGHT), all.get(HEAD_NORM_BIAS), HEAD_NORM_EPS);
  o.tap?.('visual.logits', tf.reshape(logits, [images, tokens, visual.vocabSize - visual.reserved]));
  const result = tokenize(visual, logits, o);
  o.tap?.('visual.tokens', tf.reshape(result, [images, tokens, visual.vocabSize - visual.reserved]));
  return result;
}

/** Pixels `[images, 3, S, S]` -> features of the patches, `[images * l, d]`. */
function visualFeatures(
  config: OvisConfig,
  params: Params,
  pixels: tf.Tensor4D,
  o: VisualOptions,
): tf.Tensor2D {
  const { visual } = config;
  const images = pixels.shape[0];
  const tokens = imageTokens(config);
  const width = visual.backbone.hiddenSize;
  const tower = new ParamScope(params, VIT_PREFIX);
  const last = visionForward(visual.backbone, tower, pixels, o);
  const features = visual.dropClsToken ? tf.slice(last, [0, 1, 0], [images, tokens, width]) : last;
  o.tap?.('visual.features', features);
  return tf.reshape(features, [images * tokens, width]);
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
    x: visualFeatures(config, params, pixels, o),
    head: all.get(HEAD_WEIGHT) as tf.Tensor2D,
    normWeight: all.get(HEAD_NORM_WEIGHT),
    normBias: all.get(HEAD_NORM_BIAS),
    eps: HEAD_NORM_EPS,
    table,
  });
}

/**
 * Pixels `[images, 3, S, S]` -> the rows given to the LLM, `[images * rowsPerImage, D]`: for every image the begin
 * indicator, one expected row of the visual embedding table per patch, the end indicator (spec 1).
 */
export function visualEmbeds(
  config: OvisConfig,
  params: Params,
  pixels: tf.Tensor4D,
  o: VisualOptions = {},
): tf.Tensor2D {
  const { visual, hiddenSize } = config;
  const images = pixels.shape[0];
  const tokens = imageTokens(config);
  const rows = imageTokenRows(config);
  const table = new ParamScope(params, '').get(VTE_WEIGHT) as tf.Tensor2D;
  if (visual.indicators !== 'wrapped') return lookUp(config, params, pixels, table, o);

  const words = visual.vocabSize - visual.reserved;
  const [learned, begin, end] = tf.split(table, [words, 1, 1], 0) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const patches = tf.reshape(lookUp(config, params, pixels, learned, o), [images, tokens, hiddenSize]);
  const indicator = (row: tf.Tensor2D) =>
    tf.broadcastTo(tf.reshape(row, [1, 1, hiddenSize]), [images, 1, hiddenSize]);
  const wrapped = tf.concat([indicator(begin), patches, indicator(end)], 1);
  o.tap?.('visual.embeds', wrapped);
  return tf.reshape(wrapped, [images * rows, hiddenSize]);
}
