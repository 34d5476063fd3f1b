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

/** The keys of `preprocessor_config.json` that count here. */
export interface PreprocessorJson {
  image_mean?: number[];
  image_std?: number[];
  /** CLIP's and AIMv2's input size. */
  crop_size?: number | { height?: number; width?: number };
  /** SigLIP's and native `ovis2`'s. */
  size?: number | { height?: number; width?: number; shortest_edge?: number };
  do_center_crop?: boolean;
}

/**
 * The processor of a model: its tower's input size; mean and deviation from `preprocessor_config.json`, else those the
 * tower was published with.
 * @throws ImageError `BAD_CONFIG` when the file is made for another input size or its numbers are no triples
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
  const siglip = kind === 'siglip';
  return {
    size: imageSize,
    mean: triple('image_mean', json.image_mean, siglip ? HALF : CLIP_MEAN),
    std: triple('image_std', json.image_std, siglip ? HALF : CLIP_STD),
  };
}

/** The side of the square that the file asks for; undefined when it does not say or is no square. */
function sideOf({ crop_size, size, do_center_crop }: PreprocessorJson): number | undefined {
  const side = (value: PreprocessorJson['size']) =>
    typeof value === 'number' ? value : value?.height === value?.width ? value?.height : undefined;
  return side(do_center_crop === false ? size : (crop_size ?? size));
}

type Triple = readonly [number, number, number];

function triple(key: string, values: number[] | undefined, fallback: Triple): Triple {
  if (values === undefined) return fallback;
  if (values.length === 3 && values.every(Number.isFinite)) return values as unknown as Triple;
  throw new ImageError(
    'BAD_CONFIG',
    `${key} of preprocessor_config.json is ${JSON.stringify(values)}`,
    'It must be three numbers, one per colour.',
  );
}
