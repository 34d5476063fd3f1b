import { describe, expect, it } from 'vitest';
import { fixture, modelFixture, tokenizer } from '../test/fixtures.ts';
import {
  captionRules,
  captionSample,
  conversationSample,
  createFormatter,
  formatVersion,
  IGNORE_ID,
  IMAGE_TOKEN_ID,
  TextTokenizer,
} from './index.ts';
import type { TextSample, Turn } from './index.ts';

interface TrainData {
  caption_template: string;
  captions: { image_path: string; caption: string | null }[];
  conversations: { image?: string[]; conversations: Turn[] }[];
}
interface Item {
  input_ids: number[];
  labels: number[];
}

const data = fixture<TrainData>('ovis10_clip_qwen2/train_data.json');
const text = tokenizer('ovis10_clip_qwen2');

describe('training samples of the reference datasets', () => {
  const captions = fixture<{ items: Item[] }>('ovis10_clip_qwen2/dataset_stage1.json').items;
  const conversations = fixture<{ items: Item[] }>('ovis10_clip_qwen2/dataset_stage2.json').items;

  it.each(data.captions.map((row, i) => ({ ...row, i })))('caption $i: $caption', (row) => {
    const missing = row.image_path.includes('missing');
    const sample = captionSample(text, {
      template: data.caption_template,
      caption: missing ? '' : (row.caption ?? ''),
    });
    expect(sample.inputIds).toEqual(captions[row.i]!.input_ids);
    expect(sample.labels).toEqual(captions[row.i]!.labels);
  });

  it.each(data.conversations.map((row, i) => ({ ...row, i })))('conversation $i', (row) => {
    const sample = conversationSample(createFormatter('QwenConversationFormatter', text), row.conversations, {
      unreadableImage: row.image?.[0]?.includes('missing') ?? false,
    });
    expect(sample.inputIds).toEqual(conversations[row.i]!.input_ids);
    expect(sample.labels).toEqual(conversations[row.i]!.labels);
  });

  it('takes the placeholder out of a caption when asked to', () => {
    const sample = captionSample(text, { caption: '<image>blue', stripPlaceholder: true });
    expect(sample.labels.filter((label) => label !== IGNORE_ID)).toEqual(text.encode('blue'));
  });
});

interface MicroBatch {
  input_ids: number[][];
  labels: number[][];
  attention_mask: number[][];
}
interface Stage {
  arguments: { text_max_length: string };
  micro_batches: MicroBatch[][];
}

describe('samples of the micro-batches that the official 1.5 trained on', () => {
  const folder = 'ovis15_siglip_gemma2';
  const rows = modelFixture<TrainData>(`${folder}/train_data.json`);
  const gemma = TextTokenizer.fromFiles(
    modelFixture(`${folder}/checkpoint/tokenizer.json`),
    modelFixture(`${folder}/checkpoint/tokenizer_config.json`),
  );
  const formatter = createFormatter('GemmaConversationFormatter', gemma, { version: formatVersion('1.5') });
  const unreadable = (path?: string) => path?.includes('missing') ?? false;
  const key = ({ inputIds, labels }: TextSample) => `${inputIds.join()} | ${labels.join()}`;

  it.each([1, 2, 3])('stage %i', (number) => {
    const stage = modelFixture<Stage>(`${folder}/stage${number}.json`);
    const made =
      number === 1
        ? rows.captions.map(({ caption, image_path }) =>
            captionSample(gemma, {
              template: rows.caption_template,
              caption: unreadable(image_path) ? '' : (caption ?? ''),
              ...captionRules('1.5'),
            }),
          )
        : rows.conversations.map(({ conversations, image }) =>
            conversationSample(formatter, conversations, { unreadableImage: unreadable(image?.[0]) }),
          );
    const recorded = stage.micro_batches.flat().flatMap((batch) =>
      batch.input_ids.map((ids, i) => {
        const length = batch.attention_mask[i]!.lastIndexOf(1) + 1;
        return { inputIds: ids.slice(0, length), labels: batch.labels[i]!.slice(0, length) };
      }),
    );
    const longest = Math.max(...recorded.map(({ inputIds }) => inputIds.length));
    expect(longest).toBeLessThan(Number(stage.arguments.text_max_length));
    expect(recorded).toHaveLength(12);
    for (const sample of recorded) expect(made.map(key)).toContain(key(sample));
    // One picture per sample, or none.
    const places = recorded.map(({ inputIds }) => inputIds.filter((id) => id === IMAGE_TOKEN_ID).length);
    expect(new Set(places)).toEqual(new Set(number === 1 ? [1] : [0, 1]));
  });
});

describe('captions by generation', () => {
  const caption = '<image> a blue dog ';
  const learned = (generation: string) => {
    const { labels } = captionSample(text, { caption, ...captionRules(generation) });
    return labels.filter((label) => label !== IGNORE_ID);
  };

  it.each([
    ['1.0', '<image> a blue dog '],
    ['1.5', ' a blue dog '],
    ['1.6', 'a blue dog'],
    ['2.0', 'a blue dog'],
    ['native', 'a blue dog'],
  ])('%s learns %o', (generation, expected) => {
    expect(learned(generation)).toEqual(text.encode(expected));
  });
});

it('keeps the text of a conversation whose picture cannot be read, and learns nothing from it', () => {
  const formatter = createFormatter('QwenConversationFormatter', text, { version: '1.5' });
  const turns: Turn[] = [
    { from: 'human', value: '<image> or <image>?' },
    { from: 'gpt', value: 'a dog' },
  ];
  const readable = conversationSample(formatter, turns);
  const broken = conversationSample(formatter, turns, { unreadableImage: true });
  expect(broken.inputIds).toEqual(readable.inputIds);
  expect(broken.inputIds.filter((id) => id === IMAGE_TOKEN_ID)).toHaveLength(2);
  expect(readable.labels.some((label) => label !== IGNORE_ID)).toBe(true);
  expect(broken.labels.every((label) => label === IGNORE_ID)).toBe(true);
});
