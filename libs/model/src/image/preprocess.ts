import { ImageError } from '../errors.ts';
import { checkImage, resizeBicubic, type RgbImage } from './resize.ts';

/** What a `preprocessor_config.json` says, as far as Ovis uses it. */
export interface ImageProcessor {
  /** Side `S` of the square result in pixels. */
  size: number;
  mean: readonly [number, number, number];
  std: readonly [number, number, number];
}

export const CLIP_MEAN = [0.48145466, 0.4578275, 0.40821073] as const;
export const CLIP_STD = [0.26862954, 0.26130258, 0.27577711] as const;

/** The processor of a CLIP tower of this input size; mean and std from `preprocessor_config.json` when given. */
export function clipProcessor(
  size: number,
  json: { image_mean?: number[]; image_std?: number[] } = {},
): ImageProcessor {
  const triple = (values: number[] | undefined, fallback: readonly [number, number, number]) =>
    values?.length === 3 ? (values as [number, number, number]) : fallback;
  return { size, mean: triple(json.image_mean, CLIP_MEAN), std: triple(json.image_std, CLIP_STD) };
}

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
 * Official preprocessing (spec 3): fit, bicubic resize on bytes, 1/255, mean and std, centred in zeros (which is the
 * mean colour, as the padding comes after normalisation). Returns `[3, S, S]`, row-major.
 */
export function preprocessImage(image: RgbImage, processor: ImageProcessor): Float32Array {
  checkImage(image);
  const { size } = processor;
  const fitted = fitSize(image.width, image.height, size);
  const resized = resizeBicubic(image, fitted.width, fitted.height);
  const left = Math.floor((size - resized.width) / 2);
  const top = Math.floor((size - resized.height) / 2);
  const out = new Float32Array(3 * size * size);
  for (let channel = 0; channel < 3; channel++) {
    const levels = normalisedLevels(processor, channel);
    for (let y = 0; y < resized.height; y++) {
      const to = (channel * size + top + y) * size + left;
      const from = y * resized.width * 3 + channel;
      for (let x = 0; x < resized.width; x++) {
        out[to + x] = levels[resized.data[from + 3 * x] as number] as number;
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
