import type { Sample } from '@ovis/webdataset';
import {
  captionRules,
  captionSample,
  conversationSample,
  IMAGE_TOKEN_ID,
  type ConversationFormatter,
  type TextSample,
  type TextTokenizer,
  type Turn,
} from '@ovis/text';
import { aboutSample, badSample, checkPlaces } from './sample-errors.ts';

/** Ids and labels of one sample and the encoded pictures it talks about, one per -200. */
export interface EncodedSample {
  inputIds: number[];
  labels: number[];
  images: Uint8Array[];
}

export type SampleFormat = { format: 'caption'; template: string } | { format: 'conversation' };

/** KEY.png is the first picture, KEY.0.png, KEY.1.png ... are more, in the order of their numbers. */
const PICTURE = /^(?:(\d+)\.)?(?:png|jpe?g|webp)$/;

/** The pictures of a WebDataset sample in order; none for text alone. @throws TrainerError BAD_DATA when their order is not told */
export function imagesOf(sample: Sample): Uint8Array[] {
  const pictures = Object.entries(sample.files)
    .flatMap(([extension, bytes]) => {
      const match = PICTURE.exec(extension);
      return match ? [{ extension, at: match[1] === undefined ? -1 : Number(match[1]), bytes }] : [];
    })
    .sort((a, b) => a.at - b.at);
  pictures.forEach(({ at, extension }, i) => {
    const next = pictures[i + 1];
    if (at === next?.at)
      throw badSample(
        sample,
        `has .${extension} and .${next.extension} for the same picture`,
        'Number several pictures: KEY.0.png, KEY.1.jpg and so on.',
      );
  });
  return pictures.map(({ bytes }) => bytes);
}

/** The parsed `.json` of a WebDataset sample. */
export function recordOf(sample: Sample): Record<string, unknown> {
  const bytes = sample.files['json'];
  if (!bytes) throw badSample(sample, 'has no .json file', 'Write a KEY.json beside every picture.');
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    if (value !== null && typeof value === 'object' && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch (cause) {
    throw badSample(sample, `has a .json that does not parse: ${String(cause)}`, 'Write the shard again.');
  }
  throw badSample(sample, 'has a .json that is no object', 'Write {"caption"} or {"conversations"}.');
}

/**
 * Turns WebDataset samples into token ids and labels (spec 5.3 captions, spec 4 conversations).
 * @param how.generation whose rules apply to captions
 */
export function createSampleEncoder(
  tokenizer: TextTokenizer,
  formatter: ConversationFormatter,
  how: SampleFormat & { generation?: string },
): (sample: Sample) => EncodedSample {
  const rules = captionRules(how.generation ?? '1.0');
  return (sample) => {
    const record = recordOf(sample);
    const images = imagesOf(sample);
    if (how.format === 'caption') {
      if (typeof record['caption'] !== 'string')
        throw badSample(
          sample,
          'has no "caption" text',
          'Set format: conversation for this stage, or write captions.',
        );
      const { template } = how;
      const text = captionSample(tokenizer, { template, caption: record['caption'], ...rules });
      return withImages(sample, text, images);
    }
    if (!isTurns(record['conversations']))
      throw badSample(
        sample,
        'has no "conversations" list of {from, value}',
        'Set format: caption for this stage, or write conversations.',
      );
    const turns = record['conversations'];
    const text = aboutSample(sample, () => conversationSample(formatter, turns));
    return withImages(sample, text, images);
  };
}

function withImages(sample: Sample, text: TextSample, images: Uint8Array[]): EncodedSample {
  checkPlaces(sample, text.inputIds.filter((id) => id === IMAGE_TOKEN_ID).length, images.length);
  return { ...text, images };
}

function isTurns(value: unknown): value is Turn[] {
  return (
    Array.isArray(value) &&
    value.every((turn) => typeof turn?.from === 'string' && typeof turn?.value === 'string')
  );
}
