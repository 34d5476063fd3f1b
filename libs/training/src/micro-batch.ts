import { IGNORE_ID, imageTokenRows, mergedBatchTensors, planLossRows, planMerge } from '@ovis/model';
import type { MergedBatch, MergedBatchTensors, OvisConfig } from '@ovis/model';
import { tf } from '@ovis/tensorflow';
import { IMAGE_TOKEN_ID } from '@ovis/text';
import { StageError } from './errors.ts';

/** A tokenised sample with its preprocessed pictures, on the host. */
export interface TrainingSample {
  /** `[3, S, S]`, one per -200 in `inputIds`; several in a list, none in an empty list. */
  pixels: Float32Array | readonly Float32Array[];
  inputIds: readonly number[];
  labels: readonly number[];
}

export interface MicroBatchOptions {
  /** Merged sequences are cut here from the right (`multimodal_max_length`). */
  maxLength: number;
  /**
   * Every different shape of a batch is traced and compiled once, so shapes should be few. The length is `maxLength`,
   * or with this option the next multiple of it that holds the longest sequence.
   */
  lengthMultiple?: number;
  /** Pictures the batch is laid out for, so that text-only samples do not change its shape. Default: one per sample. */
  images?: number;
  /** Labelled positions the batch is laid out for. Default: the next power of two, at least 64. */
  lossRows?: number;
}

/** What one backward pass covers: one batch, or shards of it that are computed side by side. */
export type MicroBatch = MergedBatch | readonly MergedBatch[];

/**
 * Lays out samples as the tensors of one micro-batch; the caller disposes them. Places for pictures that no sample
 * fills hold zeros: nothing refers to them, so they give zero gradients, as the official dummy picture does (spec 2.5).
 *
 * @throws StageError BAD_BATCH when a sample's pictures do not match its ids, or there are no samples.
 */
export function buildMicroBatch(
  samples: readonly TrainingSample[],
  config: OvisConfig,
  options: MicroBatchOptions,
): MergedBatchTensors {
  return buildShards(samples, config, options, 1)[0]!;
}

/**
 * {@link buildMicroBatch} in shards of the same shape, which a compiled step computes side by side: with small operations, a
 * thread per shard has more to do than threads inside each operation. Samples are dealt out in turn.
 * @param count shards; fewer when there are fewer samples
 */
export function buildShards(
  samples: readonly TrainingSample[],
  config: OvisConfig,
  options: MicroBatchOptions,
  count: number,
): MergedBatchTensors[] {
  if (samples.length === 0) {
    throw new StageError(
      'BAD_BATCH',
      'A micro-batch has no samples.',
      'Give every rank at least one sample per micro-batch: raise batchSize or lower accumulation.',
    );
  }
  const { channels, imageSize } = config.visual.backbone;
  const imageLength = channels * imageSize * imageSize;
  const rowsPerImage = imageTokenRows(config);
  const pictures = samples.map((sample, i) => samplePictures(sample, i, imageLength));
  const shards = deal(samples, Math.min(count, samples.length));

  const padTo = mergedLength(samples, rowsPerImage, options);
  const plans = shards.map((indices) =>
    planMerge(
      indices.map((i) => samples[i]!),
      { rowsPerImage, maxLength: options.maxLength, padTo },
    ),
  );
  const labelled = plans.map(({ lossLabels }) => lossLabels.filter((label) => label !== IGNORE_ID).length);
  const mostLabels = Math.max(...labelled);
  const lossRows = Math.max(
    mostLabels,
    Math.ceil((options.lossRows ?? rowsFor(mostLabels * shards.length)) / shards.length),
  );
  const room = shards.map((indices) =>
    Math.max(
      Math.ceil((options.images ?? samples.length) / shards.length),
      indices.reduce((sum, i) => sum + pictures[i]!.length, 0),
      1,
    ),
  );
  return shards.map((indices, shard) => {
    const pixels = new Float32Array(Math.max(...room) * imageLength);
    indices.flatMap((i) => pictures[i]!).forEach((picture, at) => pixels.set(picture, at * imageLength));
    const plan = plans[shard]!;
    return mergedBatchTensors(config, { ...plan, ...planLossRows(plan, lossRows) }, pixels);
  });
}

/** Indices of the samples, dealt out like cards. */
function deal(samples: readonly unknown[], hands: number): number[][] {
  return Array.from({ length: hands }, (_, hand) =>
    samples.map((_, i) => i).filter((i) => i % hands === hand),
  );
}

/** The next power of two, at least 64: few different shapes. */
function rowsFor(labels: number): number {
  return Math.max(64, 2 ** Math.ceil(Math.log2(Math.max(1, labels))));
}

/** Releases the tensors of a micro-batch. */
export function disposeMicroBatch(batch: MicroBatch): void {
  tf.dispose(batch as unknown as tf.TensorContainer);
}

function samplePictures(sample: TrainingSample, index: number, imageLength: number): readonly Float32Array[] {
  const pictures = sample.pixels instanceof Float32Array ? [sample.pixels] : sample.pixels;
  const placeholders = countPictures(sample.inputIds);
  if (pictures.length !== placeholders) {
    throw new StageError(
      'BAD_BATCH',
      `Sample ${index} of the micro-batch has ${pictures.length} pictures and ${placeholders} places for them in its text.`,
      'Write <image> once per picture; give a text-only sample an empty list of pictures.',
    );
  }
  const wrong = pictures.find((picture) => picture.length !== imageLength);
  if (wrong) {
    throw new StageError(
      'BAD_BATCH',
      `A picture of sample ${index} has ${wrong.length} values; the model takes ${imageLength}.`,
      'Preprocess pictures with preprocessImage and the same model config.',
    );
  }
  return pictures;
}

function mergedLength(
  samples: readonly TrainingSample[],
  rowsPerImage: number,
  { maxLength, lengthMultiple }: MicroBatchOptions,
): number {
  if (!lengthMultiple) return maxLength;
  const lengths = samples.map(
    ({ inputIds }) => inputIds.length + countPictures(inputIds) * (rowsPerImage - 1),
  );
  const longest = Math.max(...lengths);
  return Math.min(maxLength, Math.ceil(longest / lengthMultiple) * lengthMultiple);
}

function countPictures(ids: readonly number[]): number {
  return ids.reduce((count, id) => count + (id === IMAGE_TOKEN_ID ? 1 : 0), 0);
}
