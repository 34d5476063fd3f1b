import type { OvisConfig } from '../config/index.ts';
import { ImageError } from '../errors.ts';

/** What a `preprocessor_config.json` says, as far as Ovis uses it. */
export interface ImageProcessor {
  /** Side `S` of the square result in pixels. */
  size: number;
  mean: readonly [number, number, number];
  std: readonly [number, number, number];
}

export const CLIP_MEAN = [0.48145466, 0.4578275, 0.40821073] as const;
export const CLIP_STD = [0.26862954, 0.26130258, 0.27577711] as const;
const HALF = [0.5, 0.5, 0.5] as const;
const BICUBIC = 3;

/** A side, two sides, or the shorter one: all that `crop_size` and `size` are written as. */
type SizeJson = number | { height?: number; width?: number; shortest_edge?: number } | null;

/** The keys of `preprocessor_config.json` that count here. */
export interface PreprocessorJson {
  image_mean?: number[] | null;
  image_std?: number[] | null;
  /** CLIP's and AIMv2's input size. */
  crop_size?: SizeJson;
  /** SigLIP's and native `ovis2`'s; of CLIP when it does not crop. */
  size?: SizeJson;
  do_center_crop?: boolean | null;
  do_resize?: boolean | null;
  do_rescale?: boolean | null;
  do_normalize?: boolean | null;
  rescale_factor?: number | null;
  /** Pillow's number of the filter; 3 is bicubic. */
  resample?: number | null;
}

/**
 * The processor of a model: its tower's input size; mean and deviation from `preprocessor_config.json`, else those the
 * tower was published with.
 * @throws ImageError `BAD_CONFIG` when the file is made for another input size, its numbers are no triples, or it asks for steps
 * other than those of spec 3: bicubic, 1/255, mean and deviation
 */
export function imageProcessor(config: OvisConfig, json: PreprocessorJson = {}): ImageProcessor {
  const { imageSize, kind } = config.visual.backbone;
  const given = sideOf(json);
  if (given !== undefined && given !== imageSize) {
    throw new ImageError(
      'BAD_CONFIG',
      `preprocessor_config.json makes pictures of ${given} pixels, the tower takes ${imageSize}`,
      'Take the preprocessor_config.json that belongs to the tower.',
    );
  }
  checkSteps(json);
  const siglip = kind === 'siglip';
  const std = triple('image_std', json.image_std, siglip ? HALF : CLIP_STD);
  if (std.some((value) => value <= 0)) throw badKey('image_std', json.image_std, 'Deviations are above 0.');
  return { size: imageSize, mean: triple('image_mean', json.image_mean, siglip ? HALF : CLIP_MEAN), std };
}

/** The side of the square that the file asks for (spec 3: `crop_size`, else `size`); undefined when it does not say. */
function sideOf({ crop_size, size, do_center_crop }: PreprocessorJson): number | undefined {
  const crops = do_center_crop !== false || size === undefined || size === null;
  return crops && crop_size !== undefined && crop_size !== null
    ? readSide('crop_size', crop_size)
    : readSide('size', size);
}

function readSide(key: string, value: SizeJson | undefined): number | undefined {
  if (value === undefined || value === null) return undefined;
  const {
    shortest_edge,
    height = shortest_edge,
    width = shortest_edge,
  } = typeof value === 'number' ? { shortest_edge: value } : value;
  if (height !== undefined && Number.isInteger(height) && height === width) return height;
  throw badKey(key, value, 'It must be the side of a square: a number, {height, width} or {shortest_edge}.');
}

/** What the file may leave out, but not ask for otherwise: pictures prepared otherwise are others than the model was trained on. */
function checkSteps(json: PreprocessorJson): void {
  for (const key of ['do_resize', 'do_rescale', 'do_normalize'] as const)
    if (json[key] === false)
      throw badKey(key, false, 'Pictures are always resized, rescaled and normalised.');
  const factor = json.rescale_factor ?? 1 / 255;
  if (!(Math.abs(factor * 255 - 1) < 1e-6))
    throw badKey('rescale_factor', factor, 'Levels are always divided by 255.');
  const resample = json.resample ?? BICUBIC;
  if (resample !== BICUBIC) throw badKey('resample', resample, `Only ${BICUBIC} (bicubic) is known.`);
}

type Triple = readonly [number, number, number];

function triple(key: string, values: number[] | null | undefined, fallback: Triple): Triple {
  if (values === undefined || values === null) return fallback;
  if (values.length === 3 && values.every(Number.isFinite)) return values as unknown as Triple;
  throw badKey(key, values, 'It must be three numbers, one per colour.');
}

function badKey(key: string, value: unknown, hint: string): ImageError {
  return new ImageError('BAD_CONFIG', `${key} of preprocessor_config.json is ${JSON.stringify(value)}`, hint);
}
