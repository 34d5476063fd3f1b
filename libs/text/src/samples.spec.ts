import { describe, expect, it } from 'vitest';
import { fixture, tokenizer } from '../test/fixtures.ts';
import { captionSample, conversationSample, createFormatter, IGNORE_ID } from './index.ts';
import type { Turn } from './index.ts';

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
