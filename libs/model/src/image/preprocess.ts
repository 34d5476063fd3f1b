import { ImageError } from '../errors.ts';
import type { ImageProcessor } from './processor.ts';
import { checkImage, resizeBicubic, type RgbImage } from './resize.ts';

/**
 * The size of a picture fitted into `side` x `side` (spec 3.2): the longer side becomes `side`, the other the floor of
 * the ratio; small pictures are enlarged.
 * @throws ImageError `BAD_IMAGE` when a side would become 0.
 */
export function fitSize(width: number, height: number, side: number): { width: number; height: number } {
  const fitted =
    width > height
      ? { width: side, height: Math.trunc((height / width) * side) }
      : { width: height > width ? Math.trunc((width / height) * side) : side, height: side };
  if (fitted.width < 1 || fitted.height < 1) {
    throw new ImageError(
      'BAD_IMAGE',
      `a picture of ${width}x${height} is too long and thin for ${side}x${side}`,
      'Crop it, or leave it out as unreadable.',
    );
  }
  return fitted;
}

/**
 * Official preprocessing of one picture or tile (spec 3): fit, bicubic resize on bytes, 1/255, mean and deviation, centred in
 * zeros (which is the mean colour, as the padding comes after normalisation). Returns `[3, S, S]`, row-major.
 */
export function preprocessImage(image: RgbImage, processor: ImageProcessor): Float32Array {
  checkImage(image);
  const { size } = processor;
  const fitted = fitSize(image.width, image.height, size);
  return centred(resizeBicubic(image, fitted.width, fitted.height), processor);
}

/**
 * SigLIP's own processor, and native `ovis2`'s for a tile: the picture is stretched to S x S whatever its shape. Returns `[3, S, S]`.
 */
export function stretchImage(image: RgbImage, processor: ImageProcessor): Float32Array {
  checkImage(image);
  return centred(resizeBicubic(image, processor.size, processor.size), processor);
}

/** CLIP's own processor: the shorter side becomes S, the middle is cut out. Returns `[3, S, S]`. */
export function centreCropImage(image: RgbImage, processor: ImageProcessor): Float32Array {
  checkImage(image);
  const { size } = processor;
  const { width, height } = image;
  const other = (long: number, short: number) => Math.trunc((size * long) / short);
  const resized =
    width <= height
      ? resizeBicubic(image, size, other(height, width))
      : resizeBicubic(image, other(width, height), size);
  return centred(resized, processor);
}

/** Normalises a picture and puts its middle into S x S; what sticks out is cut off, what is missing is zero. */
function centred(image: RgbImage, processor: ImageProcessor): Float32Array {
  const { size } = processor;
  const left = Math.floor((size - image.width) / 2);
  const top = Math.floor((size - image.height) / 2);
  // As Python's floor division of what sticks out: (height - size) // 2.
  const fromX = Math.max(0, Math.floor((image.width - size) / 2));
  const fromY = Math.max(0, Math.floor((image.height - size) / 2));
  const columns = Math.min(size, image.width);
  const rows = Math.min(size, image.height);
  const out = new Float32Array(3 * size * size);
  for (let channel = 0; channel < 3; channel++) {
    const levels = normalisedLevels(processor, channel);
    for (let y = 0; y < rows; y++) {
      const to = (channel * size + Math.max(0, top) + y) * size + Math.max(0, left);
      const from = ((fromY + y) * image.width + fromX) * 3 + channel;
      for (let x = 0; x < columns; x++) {
        out[to + x] = levels[image.data[from + 3 * x] as number] as number;
      }
    }
  }
  return out;
}

/** The normalised value of each of the 256 levels, computed in float32 as the official processor does. */
function normalisedLevels(processor: ImageProcessor, channel: number): Float32Array {
  const mean = Math.fround(processor.mean[channel] as number);
  const std = Math.fround(processor.std[channel] as number);
  return Float32Array.from({ length: 256 }, (_, level) => Math.fround(Math.fround(level / 255) - mean) / std);
}
