import { imageTokenRows, type OvisConfig } from '../config/index.ts';
import { MergeError } from '../errors.ts';
import { IGNORE_ID, IMAGE_ATOM_ID, IMAGE_TOKEN_ID, INDICATOR_IDS } from '../merge.ts';
import { cropImage, partitionImage, type Grid, type PartitionOptions } from './partition.ts';
import { preprocessImage, stretchImage } from './preprocess.ts';
import type { ImageProcessor } from './processor.ts';
import { resizeBicubic, type RgbImage } from './resize.ts';

/** A picture as the model takes it. */
export interface PreparedPicture {
  /** `[channels, S, S]` of the picture, or of each of its tiles. */
  pixels: Float32Array[];
  /** The ids that stand for it in the text. */
  ids: number[];
}

/**
 * Prepares one picture as this model's generation does (spec 3): whole (1.0), whole with four quarters on the channels (1.5 with a
 * booster), as tiles with the whole in front (1.6, 2), or as transformers' own processor does it (native).
 */
export function preparePicture(
  config: OvisConfig,
  image: RgbImage,
  processor: ImageProcessor,
  o: PartitionOptions = {},
): PreparedPicture {
  const { booster, indicators } = config.visual;
  if (config.nativeIds) return nativeTiles(config, image, processor, o);
  if (indicators !== 'in-text') {
    const pixels = booster ? withQuarters(image, processor, booster) : preprocessImage(image, processor);
    return { pixels: [pixels], ids: [IMAGE_TOKEN_ID] };
  }
  const { grid, boxes } = partitionImage(image.width, image.height, processor.size, o);
  return {
    pixels: boxes.map((box) => preprocessImage(cropImage(image, box), processor)),
    ids: pictureIds(grid, [IMAGE_ATOM_ID], INDICATOR_IDS),
  };
}

/**
 * The ids of a picture in the text (spec 2.5): start, the whole picture, end of it, the tiles between separators if there are several, end.
 * @param atom what stands for one tile
 * @param indicators start, end of the whole picture, between columns, between rows, end
 */
export function pictureIds(
  [rows, columns]: Grid,
  atom: readonly number[],
  indicators: readonly number[],
): number[] {
  const [start, whole, column, row, end] = indicators as [number, number, number, number, number];
  const line = Array.from({ length: columns }, (_, i) => (i === 0 ? atom : [column, ...atom])).flat();
  const lines = Array.from({ length: rows }, (_, i) => (i === 0 ? line : [row, ...line])).flat();
  return [start, ...atom, whole, ...(rows * columns > 1 ? lines : []), end];
}

/** Replaces each picture's placeholder (-200) by its ids; their labels are -100. @throws MergeError `BAD_SAMPLE` */
export function expandPictures(
  sample: { inputIds: readonly number[]; labels: readonly number[] },
  pictures: readonly Pick<PreparedPicture, 'ids'>[],
): { inputIds: number[]; labels: number[] } {
  const places = sample.inputIds.filter((id) => id === IMAGE_TOKEN_ID).length;
  if (places !== pictures.length) {
    throw new MergeError(
      'BAD_SAMPLE',
      `a text has ${places} places for pictures, and there are ${pictures.length}`,
      'Write <image> once for every picture.',
    );
  }
  const inputIds: number[] = [];
  const labels: number[] = [];
  let next = 0;
  sample.inputIds.forEach((id, at) => {
    const ids = id === IMAGE_TOKEN_ID ? (pictures[next++] as PreparedPicture).ids : undefined;
    inputIds.push(...(ids ?? [id]));
    labels.push(...(ids ? ids.map(() => IGNORE_ID) : [sample.labels[at] as number]));
  });
  return { inputIds, labels };
}

/**
 * `s2wrapper` (spec 2.4): `[15, S, S]`: the whole picture and its four quarters, cut at the integer middle, each prepared on its own. With the
 * adaptive form, a picture with a side below 1.5 S has no quarters: +inf stands in their place.
 */
function withQuarters(image: RgbImage, processor: ImageProcessor, booster: string): Float32Array {
  const { width, height } = image;
  const small = Math.min(width, height) < 1.5 * processor.size;
  const length = 3 * processor.size ** 2;
  const all = new Float32Array(5 * length);
  all.set(preprocessImage(image, processor));
  if (booster === 's2wrapper-adaptive' && small) return all.fill(Infinity, length);
  const [x, y] = [Math.floor(width / 2), Math.floor(height / 2)];
  const quarters = [
    { left: 0, top: 0, width: x, height: y },
    { left: x, top: 0, width: width - x, height: y },
    { left: 0, top: y, width: x, height: height - y },
    { left: x, top: y, width: width - x, height: height - y },
  ];
  quarters.forEach((box, i) => all.set(preprocessImage(cropImage(image, box), processor), (i + 1) * length));
  return all;
}

/**
 * Transformers' own processor (spec 3): the picture is stretched to a whole grid of tiles, with itself stretched to one tile in front. It
 * reads the rows and columns of the best grid the other way round; so do models that were trained with it.
 */
function nativeTiles(
  config: OvisConfig,
  image: RgbImage,
  processor: ImageProcessor,
  o: PartitionOptions,
): PreparedPicture {
  const { size } = processor;
  const [columns, rows] = partitionImage(image.width, image.height, size, o).grid;
  const whole = resizeBicubic(image, columns * size, rows * size);
  const tiles = Array.from({ length: rows * columns }, (_, i) =>
    cropImage(whole, {
      left: (i % columns) * size,
      top: Math.floor(i / columns) * size,
      width: size,
      height: size,
    }),
  );
  const all = tiles.length > 1 ? [image, ...tiles] : tiles;
  const { image: atom, indicators } = config.nativeIds!;
  const atoms = Array.from({ length: imageTokenRows(config) }, () => atom);
  return {
    pixels: all.map((tile) => stretchImage(tile, processor)),
    ids: pictureIds([rows, columns], atoms, indicators),
  };
}
