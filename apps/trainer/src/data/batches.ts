import { expandPictures, MergeError, type PreparedPicture } from '@ovis/model';
import { expandBraces } from '@ovis/storage';
import { decodeImage, LaneGroup, type LaneCursor, type Sample } from '@ovis/webdataset';
import { randomShift, seedOf, type RgbImage } from './augment.ts';
import type { EncodedSample } from './sample-encoder.ts';
import { aboutSample, badSample } from './sample-errors.ts';

/** A sample ready to be laid out in a batch. */
export interface PreparedSample {
  inputIds: number[];
  labels: number[];
  /** `[channels, S, S]`, normalised, one per picture or tile that `inputIds` has places for. */
  pixels: Float32Array[];
}

export interface BatchSourceOptions {
  /** Shard URL pattern, for instance `s3://ovis/data/train-{000000..000007}.tar`. */
  dataset: string;
  rank: number;
  world: number;
  lanes: number;
  /** Samples per optimizer step over all ranks. */
  batchSize: number;
  accumulation: number;
  seed: number;
  shuffleBuffer: number;
  /** Largest random shift in pixels. */
  augmentShift: number;
  /** Steps already done; the shifts of a step do not depend on where the run was interrupted. */
  fromStep: number;
  encode: (sample: Sample) => EncodedSample;
  /** Pictures as the model takes them, and the ids that stand for each. */
  preprocess: (images: readonly RgbImage[]) => PreparedPicture[];
  /** Longest text in ids, those of pictures included; the rest is cut off. */
  textMaxLength?: number;
  /** Pictures or tiles that ids have places for. */
  countImages: (ids: readonly number[]) => number;
  /** Where to go on: cursors of all lanes. */
  cursors?: LaneCursor[];
}

/** One optimizer step's micro-batches of this rank, and where its lanes stand after them. */
export interface StepSamples {
  microBatches: PreparedSample[][];
  /** `shard#key` of its samples, in order. */
  keys: string[];
  cursors: LaneCursor[];
}

/**
 * This rank's part of every global batch, endlessly. What a step sees does not depend on the number of trainers: the
 * batch is made of equal shares of all lanes, and a random shift is fixed by seed, sample and step.
 */
export async function* readBatches(o: BatchSourceOptions): AsyncGenerator<StepSamples, void> {
  const group = await LaneGroup.open({
    shards: expandBraces(o.dataset),
    rank: o.rank,
    world: o.world,
    lanes: o.lanes,
    seed: o.seed,
    shuffleBuffer: o.shuffleBuffer,
    cursors: o.cursors,
  });
  try {
    for (let step = o.fromStep; ; step++) {
      const microBatches: PreparedSample[][] = [];
      const keys: string[] = [];
      for (let micro = 0; micro < o.accumulation; micro++) {
        const samples = await group.nextBatch(o.batchSize / o.accumulation);
        keys.push(...samples.map(({ shard, key }) => `${shard}#${key}`));
        microBatches.push(await Promise.all(samples.map((sample) => prepareSample(o, sample, step))));
      }
      yield { microBatches, keys, cursors: group.cursors() };
    }
  } finally {
    group.close();
  }
}

/** How {@link prepareSample} makes ids and pixels of a sample. */
export type PrepareOptions = Pick<
  BatchSourceOptions,
  'seed' | 'augmentShift' | 'encode' | 'preprocess' | 'textMaxLength' | 'countImages'
>;

/**
 * One sample as the model takes it: its text with the ids of its pictures in place, cut at `textMaxLength`, and the pixels of the pictures or
 * tiles that are left.
 * @param step of which its random shifts are
 * @throws TrainerError BAD_DATA, DatasetError BAD_IMAGE; both name sample and shard
 */
export async function prepareSample(
  o: PrepareOptions,
  sample: Sample,
  step: number,
): Promise<PreparedSample> {
  const { images: encoded, ...text } = o.encode(sample);
  const images = await Promise.all(
    encoded.map(async (bytes, i) => {
      const which = encoded.length > 1 ? ` ${i + 1}` : '';
      const image = await decodeImage(
        bytes,
        `the picture${which} of sample '${sample.key}' in ${sample.shard}`,
      );
      const place = i === 0 ? '' : `/${i}`;
      return randomShift(image, o.augmentShift, seedOf(`${o.seed}/${sample.key}/${step}${place}`));
    }),
  );
  return aboutSample(sample, () => {
    const pictures = o.preprocess(images);
    const { inputIds, labels } = expandPictures(text, pictures);
    const pixels = pictures.flatMap((picture) => picture.pixels);
    if (o.textMaxLength === undefined || inputIds.length <= o.textMaxLength)
      return { inputIds, labels, pixels };
    const kept = { inputIds: inputIds.slice(0, o.textMaxLength), labels: labels.slice(0, o.textMaxLength) };
    return { ...kept, pixels: pixels.slice(0, tilesLeft(o, sample, kept.inputIds)) };
  });
}

/** A cut text may have lost the places of its last tiles. */
function tilesLeft({ countImages, textMaxLength }: PrepareOptions, sample: Sample, ids: number[]): number {
  try {
    return countImages(ids);
  } catch (cause) {
    if (!(cause instanceof MergeError)) throw cause;
    // Native `ovis2` has an id per row: part of a tile is no tile.
    throw badSample(
      sample,
      `is cut inside a picture, at data.textMaxLength (${textMaxLength})`,
      'Make data.textMaxLength larger or data.maxPartition smaller.',
    );
  }
}
