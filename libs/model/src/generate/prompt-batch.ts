import { tf } from '@ovis/tensorflow';
import { pixelChannels, type OvisConfig } from '../config/index.ts';
import { MergeError } from '../errors.ts';
import { countImages, mergeLayout, type MergePlan, planMerge } from '../merge.ts';
import type { Prompt } from './options.ts';

/** Prompts that are decoded together: padded on the right, each with positions of its own. */
export interface PromptBatch {
  pixelValues?: tf.Tensor4D;
  /** int32 `[batch, time]` each, as in MergedBatch. */
  inputIds: tf.Tensor2D;
  visualRow: tf.Tensor2D;
  promptLengths: tf.Tensor1D;
  /** int32 `[batch]`: rows of the flattened batch that tell the first new tokens. */
  lastRows: tf.Tensor1D;
  /** bool `[batch]`: prompts that fill up a last batch. */
  idle: tf.Tensor1D;
}

/** Shapes that all batches of a call have. */
export interface BatchShape {
  batchSize: number;
  time: number;
  images: number;
}

/**
 * @throws MergeError `BAD_SAMPLE` (images and placeholders disagree, an empty prompt) or `TOO_LONG` (longer than the model's limit).
 */
export function batchShape(
  config: OvisConfig,
  prompts: readonly Prompt[],
  o: { batchSize?: number; padTo?: number; truncate?: boolean },
): BatchShape {
  const lengths = prompts.map((prompt, index) => mergedLength(prompt, index, config, o.truncate));
  const batchSize = sequencesTogether(prompts, o);
  let images = 0;
  for (let from = 0; from < prompts.length; from += batchSize) {
    const some = prompts.slice(from, from + batchSize);
    images = Math.max(
      images,
      some.reduce((sum, { pixelValues }) => sum + (pixelValues?.shape[0] ?? 0), 0),
    );
  }
  return { batchSize, images, time: o.padTo ?? Math.ceil(Math.max(...lengths) / 16) * 16 };
}

export function sequencesTogether(prompts: readonly Prompt[], o: { batchSize?: number }): number {
  return Math.min(o.batchSize ?? 64, prompts.length);
}

/** The tensors of one batch; missing prompts of a last batch are single tokens, missing pictures are zero. */
export function promptBatch(config: OvisConfig, prompts: readonly Prompt[], shape: BatchShape): PromptBatch {
  const samples = prompts.map(({ inputIds }) => ({ inputIds, labels: inputIds.map(() => -100) }));
  while (samples.length < shape.batchSize) samples.push({ inputIds: [0], labels: [-100] });
  const plan = planMerge(samples, {
    ...mergeLayout(config),
    maxLength: config.multimodalMaxLength,
    cut: promptCut(config),
    padTo: shape.time,
  });
  const lengths = promptLengths(plan);
  const last = lengths.map((length, i) => i * plan.length + length - 1);
  const idle = samples.map((_, i) => i >= prompts.length);
  const pixelValues = gatherImages(config, prompts, shape.images);
  return {
    ...(pixelValues && { pixelValues }),
    inputIds: tf.tensor2d(plan.inputIds, [plan.batch, plan.length], 'int32'),
    visualRow: tf.tensor2d(plan.visualRow, [plan.batch, plan.length], 'int32'),
    promptLengths: tf.tensor1d(lengths, 'int32'),
    lastRows: tf.tensor1d(last, 'int32'),
    idle: tf.tensor1d(idle, 'bool'),
  };
}

function promptLengths(plan: MergePlan): Int32Array {
  return Int32Array.from({ length: plan.batch }, (_, i) =>
    plan.attentionMask.subarray(i * plan.length, (i + 1) * plan.length).reduce((sum, m) => sum + m, 0),
  );
}

function gatherImages(
  config: OvisConfig,
  prompts: readonly Prompt[],
  images: number,
): tf.Tensor4D | undefined {
  if (images === 0) return undefined;
  const channels = pixelChannels(config);
  const { imageSize } = config.visual.backbone;
  return tf.tidy(() => {
    const given = prompts.flatMap((prompt) => prompt.pixelValues ?? []);
    const missing = images - given.reduce((sum, pixels) => sum + pixels.shape[0], 0);
    if (missing > 0) given.push(tf.zeros([missing, channels, imageSize, imageSize]));
    return given.length === 1 ? (given[0] as tf.Tensor4D).clone() : tf.concat(given, 0);
  });
}

/** Which end of a prompt the official code cuts off when it is too long (spec 2.5). */
export function promptCut({ generation }: OvisConfig): 'left' | 'right' {
  return generation === '2.0' ? 'left' : 'right';
}

function mergedLength(prompt: Prompt, index: number, config: OvisConfig, truncate?: boolean): number {
  const { inputIds } = prompt;
  const layout = mergeLayout(config);
  const placeholders = countImages(inputIds, layout);
  const images = prompt.pixelValues?.shape[0] ?? 0;
  if (placeholders !== images) {
    throw new MergeError(
      'BAD_SAMPLE',
      `prompt ${index} has ${placeholders} image placeholders and ${images} images`,
      'Put the placeholders of every picture or tile into the ids, and as many pictures beside them.',
    );
  }
  if (inputIds.length === 0) {
    throw new MergeError('BAD_SAMPLE', `prompt ${index} is empty`, 'Give it at least one token.');
  }
  // Native ids stand for one row each, the others for all rows of a picture or tile.
  const more = layout.nativeIds ? 0 : layout.rowsPerImage - 1;
  const length = inputIds.length + placeholders * more;
  if (length > config.multimodalMaxLength && truncate) return config.multimodalMaxLength;
  if (length > config.multimodalMaxLength) {
    throw new MergeError(
      'TOO_LONG',
      `prompt ${index} has ${length} rows, multimodal_max_length is ${config.multimodalMaxLength}`,
      'Shorten the prompt, raise multimodal_max_length in config.json, or generate with truncate.',
    );
  }
  return length;
}
