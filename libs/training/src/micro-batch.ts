import { imageTokenRows, mergedBatchTensors, planMerge } from '@ovis/model';
import type { MergedBatch, OvisConfig } from '@ovis/model';
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
): Required<MergedBatch> {
  if (samples.length === 0) {
    throw new StageError(
      'BAD_BATCH',
      'A micro-batch has no samples.',
      'Give every rank at least one sample per micro-batch: raise batchSize or lower accumulation.',
    );
  }
  const { channels, imageSize } = config.visual.backbone;
  const imageLength = channels * imageSize * imageSize;
  const pictures = samples.flatMap((sample, i) => samplePictures(sample, i, imageLength));

  const rowsPerImage = imageTokenRows(config);
  const room = Math.max(options.images ?? samples.length, pictures.length, 1);
  const pixels = new Float32Array(room * imageLength);
  pictures.forEach((picture, i) => pixels.set(picture, i * imageLength));

  const plan = planMerge(samples, {
    rowsPerImage,
    maxLength: options.maxLength,
    padTo: mergedLength(samples, rowsPerImage, options),
    lossRowsPadTo: options.lossRows,
  });
  return mergedBatchTensors(config, plan, pixels);
}

/** Releases the tensors of a micro-batch. */
export function disposeMicroBatch(batch: MergedBatch): void {
  for (const tensor of Object.values(batch)) tensor?.dispose();
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
