import {
  countImages,
  IGNORE_ID,
  mergedBatchTensors,
  mergeLayout,
  pixelChannels,
  planLossRows,
  planMerge,
} from '@ovis/model';
import type { MergeLayout, OvisConfig } from '@ovis/model';
import { tf } from '@ovis/tensorflow';
import { StageError } from './errors.ts';
import { powerOfTwo, rung } from './few-shapes.ts';
import type { BuiltBatch, TrainingSample } from './micro-batch.ts';
import { mergedLengths, packPlan } from './packed-plan.ts';

/** A sample and what its batch has to know of it. */
export interface MeasuredSample {
  sample: TrainingSample;
  pictures: readonly Float32Array[];
  /** Positions after merging and cutting. */
  length: number;
  /** See {@link TrainingSample.order}. */
  order: number;
}

/** A sample may have this many pictures or tiles; only the numbers of their noise depend on it. */
const PICTURES_PER_SAMPLE = 1024;

/** Checks samples and finds their lengths. @throws StageError BAD_BATCH */
export function measureSamples(
  samples: readonly TrainingSample[],
  config: OvisConfig,
  maxLength: number,
): MeasuredSample[] {
  const layout = mergeLayout(config);
  const imageLength = pixelsPerImage(config);
  const lengths = mergedLengths(planMerge(samples, { ...layout, maxLength }));
  return samples.map((sample, i) => ({
    sample,
    pictures: samplePictures(sample, i, layout, imageLength),
    length: lengths[i]!,
    order: sample.order ?? i,
  }));
}

export interface LayOutOptions {
  /** Merged sequences are cut here. */
  maxLength: number;
  /** Of the rows. */
  length: number;
  /** Rows of every part when samples share rows; without it each sample has its own. */
  packedRows?: number;
  /** Pictures that each part has room for, at least; 1 or more. */
  images: number;
  /** Labelled positions that all parts together have room for, at least. */
  lossRows?: number;
}

/**
 * Parts of a step as tensors: every part a list of rows, every row a list of samples. All parts have room for the same number of pictures and
 * labelled positions, so that few shapes are compiled.
 */
export function layOut(
  parts: readonly (readonly (readonly MeasuredSample[])[])[],
  config: OvisConfig,
  { maxLength, length, packedRows, images, lossRows }: LayOutOptions,
): BuiltBatch[] {
  const plans = parts.map((rows) => {
    const plan = planMerge(
      rows.flat().map(({ sample }) => sample),
      { ...mergeLayout(config), maxLength, padTo: length },
    );
    if (packedRows === undefined) return plan;
    let next = 0;
    const numbered = rows.map((row) => row.map(() => next++));
    return packPlan(plan, numbered, { batch: packedRows, length });
  });
  const labelled = plans.map((plan) => countLabels(plan.labels, plan.length));
  const mostLabels = Math.max(...labelled);
  const wantedRows = lossRows ?? powerOfTwo(mostLabels * parts.length);
  const lossRoom = Math.max(mostLabels, Math.ceil(wantedRows / parts.length));
  const pictures = parts.map((rows) => rows.flat().flatMap(numberedPictures));
  const mostPictures = Math.max(...pictures.map((list) => list.length));
  const room = mostPictures <= images ? images : rung(mostPictures);
  const imageLength = pixelsPerImage(config);
  return plans.map((plan, part) => {
    const pixels = new Float32Array(room * imageLength);
    const numbers = new Int32Array(room);
    pictures[part]!.forEach(({ picture, number }, at) => {
      pixels.set(picture, at * imageLength);
      numbers[at] = number;
    });
    return {
      ...mergedBatchTensors(config, { ...plan, ...planLossRows(plan, lossRoom) }, pixels),
      ...(config.visual.tokenizeFunction === 'gumbel_argmax' && {
        pictureNumbers: tf.tensor1d(numbers, 'int32'),
      }),
    };
  });
}

function numberedPictures({ pictures, order }: MeasuredSample) {
  return pictures.map((picture, i) => ({ picture, number: order * PICTURES_PER_SAMPLE + i }));
}

/** Labels that some position predicts: the first of a row is none. */
function countLabels(labels: Int32Array, length: number): number {
  return labels.filter((label, at) => label !== IGNORE_ID && at % length !== 0).length;
}

/** Numbers of one picture or tile, `channels * S * S`. */
function pixelsPerImage(config: OvisConfig): number {
  return pixelChannels(config) * config.visual.backbone.imageSize ** 2;
}

function samplePictures(
  sample: TrainingSample,
  index: number,
  layout: MergeLayout,
  imageLength: number,
): readonly Float32Array[] {
  const pictures = sample.pixels instanceof Float32Array ? [sample.pixels] : sample.pixels;
  const placeholders = countImages(sample.inputIds, layout);
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
