import type { Sample } from '@ovis/webdataset';
import {
  captionSample,
  conversationSample,
  type ConversationFormatter,
  type TextTokenizer,
  type Turn,
} from '@ovis/text';
import { TrainerError } from '../errors.ts';

/** Ids and labels of one sample and the encoded picture it talks about. */
export interface EncodedSample {
  inputIds: number[];
  labels: number[];
  imageBytes: Uint8Array;
}

export type SampleFormat = { format: 'caption'; template: string } | { format: 'conversation' };

const IMAGE_EXTENSIONS = ['png', 'jpg', 'jpeg', 'webp'] as const;

/** The picture of a WebDataset sample. */
export function imageOf(sample: Sample): Uint8Array {
  for (const extension of IMAGE_EXTENSIONS) {
    const bytes = sample.files[extension];
    if (bytes) return bytes;
  }
  throw badSample(sample, `has no picture (${IMAGE_EXTENSIONS.join(', ')})`, 'Write one picture per sample.');
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

/** Turns WebDataset samples into token ids and labels (spec 5.3 captions, spec 4 conversations). */
export function createSampleEncoder(
  tokenizer: TextTokenizer,
  formatter: ConversationFormatter,
  how: SampleFormat,
): (sample: Sample) => EncodedSample {
  return (sample) => {
    const record = recordOf(sample);
    const imageBytes = imageOf(sample);
    if (how.format === 'caption') {
      if (typeof record['caption'] !== 'string')
        throw badSample(
          sample,
          'has no "caption" text',
          'Set format: conversation for this stage, or write captions.',
        );
      return {
        ...captionSample(tokenizer, { template: how.template, caption: record['caption'] }),
        imageBytes,
      };
    }
    if (!isTurns(record['conversations']))
      throw badSample(
        sample,
        'has no "conversations" list of {from, value}',
        'Set format: caption for this stage, or write conversations.',
      );
    return { ...conversationSample(formatter, record['conversations']), imageBytes };
  };
}

function isTurns(value: unknown): value is Turn[] {
  return (
    Array.isArray(value) &&
    value.every((turn) => typeof turn?.from === 'string' && typeof turn?.value === 'string')
  );
}

function badSample(sample: Sample, what: string, hint: string): TrainerError {
  return new TrainerError('BAD_DATA', `sample '${sample.key}' of ${sample.shard} ${what}`, hint, false);
}
