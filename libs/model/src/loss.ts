import { pixelChannels, type DecoderConfig, type OvisConfig } from './config/index.ts';
import { sparseSoftmaxCrossEntropy, tf } from '@ovis/tensorflow';
import { decoderForward, textEmbeds, vocabularyLogits } from './llm/decoder.ts';
import { mergedEmbeds, type MergePlan } from './merge.ts';
import { LLM_PREFIX } from './parameter-shapes.ts';
import { ParamScope, type Params } from './params.ts';
import { visualEmbeds, type VisualOptions } from './visual-tokenizer.ts';

/** A batch with static shapes, so that one compiled function serves every step. */
export interface MergedBatch {
  /** `[images, 3, S, S]`. At least one image: a batch of text alone brings a zero picture (spec 2.5). */
  pixelValues: tf.Tensor4D;
  /** int32 `[batch, length]`: 0 at visual rows and merge-level padding. */
  inputIds: tf.Tensor2D;
  /** int32 `[batch, length]`: -1 = text, -2 = zero vector, else a row of the flattened visual embeds. */
  visualRow: tf.Tensor2D;
  /** int32 `[batch, length]`, -100 is ignored. */
  labels: tf.Tensor2D;
  /** int32 `[batch, length]`. */
  attentionMask: tf.Tensor2D;
  /**
   * int32 `[m]`: flattened positions whose next label counts, and those labels (-100 = padding). Optional: with them
   * the last layer and the logits are computed at these positions alone, which gives the same loss for less.
   */
  lossRows?: tf.Tensor1D;
  lossLabels?: tf.Tensor1D;
  /**
   * int32 `[batch, length]`, both or none: several samples packed into one row. `segments` numbers them from 1 (0 = padding), a position
   * sees its own sample only; `positions` counts from 0 in each. The first token of a sample is predicted by nothing: `lossRows` must
   * not hold the position before it.
   */
  segments?: tf.Tensor2D;
  positions?: tf.Tensor2D;
}

/** A batch with its loss rows; a packed one has `segments` and `positions` too. */
export type MergedBatchTensors = Required<Omit<MergedBatch, 'segments' | 'positions'>>;

/** Puts a plan and its pixels (row-major `[images, channels, S, S]`) into tensors. The caller disposes them. */
export function mergedBatchTensors(
  config: OvisConfig,
  plan: MergePlan & { segments?: Int32Array; positions?: Int32Array },
  pixels: Float32Array,
): MergedBatchTensors {
  const side = config.visual.backbone.imageSize;
  const channels = pixelChannels(config);
  const matrix = (values: Int32Array) => tf.tensor2d(values, [plan.batch, plan.length], 'int32');
  return {
    pixelValues: tf.tensor4d(pixels, [pixels.length / (channels * side * side), channels, side, side]),
    inputIds: matrix(plan.inputIds),
    visualRow: matrix(plan.visualRow),
    labels: matrix(plan.labels),
    attentionMask: matrix(plan.attentionMask),
    lossRows: tf.tensor1d(plan.lossRows, 'int32'),
    lossLabels: tf.tensor1d(plan.lossLabels, 'int32'),
    ...(plan.segments && { segments: matrix(plan.segments) }),
    ...(plan.positions && { positions: matrix(plan.positions) }),
  };
}

/** Sum of the losses of all counted tokens, and how many they are (float32 scalars; their quotient is the mean). */
export interface LossSum {
  lossSum: tf.Scalar;
  tokens: tf.Scalar;
}

/**
 * Next-token cross-entropy of a merged batch (spec 1): positions whose label is not -100, shifted by one. Every
 * parameter takes part, so gradients flow through parts that are not trained.
 */
export function ovisLoss(
  config: OvisConfig,
  params: Params,
  batch: MergedBatch,
  o: VisualOptions = {},
): LossSum {
  const visual = visualEmbeds(config, params, batch.pixelValues, o);
  const embeds = mergedEmbeds(config, params, batch, visual);
  o.tap?.('merged.inputs_embeds', embeds);
  return decoderLoss(config.llm, new ParamScope(params, LLM_PREFIX), embeds, batch, o);
}

/** Logits `[batch, length, vocab]` of a merged batch: the whole model, for inspection and recomputation. */
export function llmLogits(
  config: OvisConfig,
  params: Params,
  batch: Omit<MergedBatch, 'labels'>,
  o: VisualOptions = {},
): tf.Tensor3D {
  const [size, time] = batch.inputIds.shape;
  const llm = new ParamScope(params, LLM_PREFIX);
  const embeds = mergedEmbeds(config, params, batch, visualEmbeds(config, params, batch.pixelValues, o));
  const { attentionMask, segments, positions } = batch;
  const hidden = decoderForward(config.llm, llm, {
    embeds,
    batch: size,
    time,
    attentionMask,
    segments,
    positions,
    tap: o.tap,
  });
  return tf.reshape(vocabularyLogits(config.llm, llm, hidden), [size, time, config.llm.vocabSize]);
}

/**
 * The language model's loss alone, for training it on text: `inputIds`, `labels` and `attentionMask` int32
 * `[batch, length]`. `params` holds the LLM's names without prefix, or with the one given.
 */
export function languageModelLoss(
  config: DecoderConfig,
  params: Params,
  batch: Omit<MergedBatch, 'pixelValues' | 'visualRow'>,
  o: { prefix?: string; recompute?: boolean } = {},
): LossSum {
  const scope = new ParamScope(params, o.prefix ?? '');
  return decoderLoss(config, scope, textEmbeds(scope, batch.inputIds), batch, o);
}

function decoderLoss(
  config: DecoderConfig,
  params: ParamScope,
  embeds: tf.Tensor2D,
  batch: Omit<MergedBatch, 'pixelValues' | 'visualRow' | 'inputIds'>,
  o: Pick<VisualOptions, 'tap' | 'recompute'> = {},
): LossSum {
  const [size, time] = batch.labels.shape;
  const { lossRows, lossLabels } = batch;
  const hidden = decoderForward(config, params, {
    embeds,
    batch: size,
    time,
    attentionMask: batch.attentionMask,
    segments: batch.segments,
    positions: batch.positions,
    rows: lossLabels && lossRows,
    recompute: o.recompute,
    tap: o.tap,
  });
  const logits = vocabularyLogits(config, params, hidden);
  o.tap?.('llm.logits', logits);
  return crossEntropy(logits, lossRows && lossLabels ? lossLabels : nextLabels(batch));
}

/** Logits `[n, vocab]`, labels int32 `[n]` with -100 = ignored. */
function crossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D): LossSum {
  const zero = tf.scalar(0, 'int32');
  const counted = tf.cast(tf.greaterEqual(labels, zero), 'float32');
  const losses = sparseSoftmaxCrossEntropy(logits, tf.maximum(labels, zero));
  return { lossSum: tf.sum(tf.mul(losses, counted)), tokens: tf.sum(counted) };
}

/** What each position predicts, `[batch*length]`: the label of the next position of the same sample, -100 at a sample's last. */
function nextLabels({ labels, segments }: Pick<MergedBatch, 'labels' | 'segments'>): tf.Tensor1D {
  const [batch, length] = labels.shape;
  const next = (x: tf.Tensor2D, last: number) =>
    tf.pad(
      tf.slice(x, [0, 1], [batch, length - 1]),
      [
        [0, 0],
        [0, 1],
      ],
      last,
    );
  const shifted = next(labels, -100);
  const own = segments
    ? tf.where(tf.equal(segments, next(segments, 0)), shifted, tf.fill([batch, length], -100, 'int32'))
    : shifted;
  return tf.reshape(own, [batch * length]);
}
