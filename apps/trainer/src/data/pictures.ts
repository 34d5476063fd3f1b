import { imageProcessor, preparePicture, type PreparedPicture } from '@ovis/model';
import type { LoadedModel } from '../model-files.ts';
import type { RgbImage } from './augment.ts';

/** Most tiles per picture, alone or one of several (spec 3); only generations with dynamic partition look at it. */
export interface MaxPartition {
  single: number;
  multiple: number;
}

/** Prepares the pictures of a sample by the rules of the model's generation. */
export function picturePreparer(
  { config, preprocessor }: Pick<LoadedModel, 'config' | 'preprocessor'>,
  { single, multiple }: MaxPartition,
): (images: readonly RgbImage[]) => PreparedPicture[] {
  const processor = imageProcessor(config, preprocessor);
  return (images) => {
    const maxPartition = images.length > 1 ? multiple : single;
    return images.map((image) => preparePicture(config, image, processor, { maxPartition }));
  };
}
