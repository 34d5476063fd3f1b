import { OvisModelError } from '@ovis/model';
import { TextError } from '@ovis/text';
import type { Sample } from '@ovis/webdataset';
import { TrainerError } from '../errors.ts';

/** Where to find a sample. */
export type SamplePlace = Pick<Sample, 'key' | 'shard'>;

/** An error about one sample, which says where it lies. */
export function badSample({ key, shard }: SamplePlace, what: string, hint: string): TrainerError {
  return new TrainerError('BAD_DATA', `sample '${key}' of ${shard} ${what}`, hint, false);
}

/** Does a part of a sample's preparation: what the libraries find wrong with its text or pictures is said with its place. */
export function aboutSample<T>(sample: SamplePlace, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof OvisModelError || cause instanceof TextError)) throw cause;
    throw badSample(sample, `cannot be used: ${cause.message}`, cause.hint);
  }
}

/** Every picture has its place in the text, and every place its picture. @throws TrainerError BAD_DATA */
export function checkPlaces(sample: SamplePlace, places: number, pictures: number): void {
  if (places === pictures) return;
  throw badSample(
    sample,
    `has ${pictures} pictures and ${places} places for them (<image>) in its text`,
    'Write <image> once per picture: KEY.png, or KEY.0.png, KEY.1.png and so on (png, jpg, jpeg, webp).',
  );
}
