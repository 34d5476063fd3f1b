import { readFileSync } from 'node:fs';
import { decodeSafetensors, type HostTensor } from '@ovis/checkpoint';
import { countImages, imageProcessor, mergeLayout, parseOvisConfig, preparePicture } from '@ovis/model';
import { createFormatter, formatVersion, renderChatTemplate, TextTokenizer, type Turn } from '@ovis/text';
import { decodeImage, type Sample } from '@ovis/webdataset';
import { describe, expect, it } from 'vitest';
import { prepareSample, type PreparedSample } from '../src/data/batches.ts';
import { picturePreparer, type MaxPartition } from '../src/data/pictures.ts';
import { createSampleEncoder, type SampleFormat } from '../src/data/sample-encoder.ts';

/** A golden case of the model library. */
function openCase(name: string) {
  const bytes = (path: string) =>
    readFileSync(new URL(`../../../libs/model/fixtures/${name}/${path}`, import.meta.url));
  const json = <T>(path: string) => JSON.parse(bytes(path).toString('utf8')) as T;
  const config = parseOvisConfig(json('checkpoint/config.json'));
  const tokenizer = TextTokenizer.fromFiles(
    json('checkpoint/tokenizer.json'),
    json('checkpoint/tokenizer_config.json'),
  );
  const preprocessor = json<object>('checkpoint/preprocessor_config.json');
  return {
    config,
    tokenizer,
    preprocessor,
    formatter: createFormatter(config.conversationFormatter, tokenizer, {
      version: formatVersion(config.generation),
    }),
    bytes,
    json,
    tensors: (file: string) => decodeSafetensors(bytes(file)).tensors,
  };
}
type Case = ReturnType<typeof openCase>;

/** The trainer's own way from a sample of a shard to ids, labels and pixels. */
function prepare(
  c: Case,
  sample: { record: object; images: string[] },
  o: { format: SampleFormat; maxPartition: MaxPartition; textMaxLength?: number },
): Promise<PreparedSample> {
  const { images, record } = sample;
  const file = (i: number) => (images.length > 1 ? `${i}.png` : 'png');
  const files = Object.fromEntries(images.map((name, i) => [file(i), c.bytes(`images/${name}.png`)]));
  const layout = mergeLayout(c.config);
  const whole: Sample = {
    key: 'one',
    shard: 'golden.tar',
    files: { ...files, json: Buffer.from(JSON.stringify(record)) },
    index: 0,
    offset: 0,
  };
  return prepareSample(
    {
      seed: 1,
      augmentShift: 0,
      encode: createSampleEncoder(c.tokenizer, c.formatter, {
        ...o.format,
        generation: c.config.generation,
      }),
      preprocess: picturePreparer(c, o.maxPartition),
      textMaxLength: o.textMaxLength,
      countImages: (ids) => countImages(ids, layout),
    },
    whole,
    0,
  );
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = a.length === b.length ? 0 : Infinity;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}

interface Forward {
  conversations: (Turn[] | { question: string; answer: string; images: string[] })[];
  images?: string[][];
  pixel_values?: string[][];
  max_partition?: number | null;
}

describe.each([
  'ovis10_clip_qwen2',
  'ovis10_clip_llama3',
  'ovis15_siglip_gemma2',
  'ovis16_siglip_llama32',
  'ovis20_aimv2_qwen25',
  'native_ovis2',
])("the trainer prepares %s's forward batch", (name) => {
  const c = openCase(name);
  const forward = c.json<Forward>('forward.json');
  const golden = c.tensors('forward.safetensors');
  const row = (tensor: string, i: number) => {
    const { data, shape } = golden[tensor] as HostTensor;
    return Array.from(data.subarray(i * shape[1]!, (i + 1) * shape[1]!) as ArrayLike<number>);
  };
  const samples = forward.conversations.map((one, i) =>
    Array.isArray(one)
      ? { record: { conversations: one }, images: forward.images![i]!.filter((image) => image !== 'zeros') }
      : {
          record: {
            conversations: [
              { from: 'human', value: one.question },
              { from: 'gpt', value: one.answer },
            ],
          },
          images: one.images,
        },
  );
  const parts = forward.max_partition ?? 4;
  const made = () =>
    Promise.all(
      samples.map((sample) =>
        prepare(c, sample, {
          format: { format: 'conversation' },
          maxPartition: { single: parts, multiple: parts },
        }),
      ),
    );

  it('with its ids and labels', async () => {
    const prepared = await made();
    expect(prepared).toHaveLength(3);
    prepared.forEach(({ inputIds, labels }, i) => {
      const length = row('in.attention_mask', i).lastIndexOf(1) + 1;
      // Native batches end with the end of the turn, without the line break behind it.
      const behind = c.config.nativeIds ? c.tokenizer.encode('\n').length : 0;
      expect(inputIds.slice(0, inputIds.length - behind)).toEqual(row('in.input_ids', i).slice(0, length));
      expect(labels.slice(0, labels.length - behind)).toEqual(row('in.labels', i).slice(0, length));
    });
  });

  it('with its pixels', async () => {
    const tiles = (await made()).map(({ pixels }) => pixels);
    if (forward.pixel_values) {
      const pixels = c.tensors('images.safetensors');
      forward.pixel_values.forEach((names, i) => {
        const shown = names.filter((one) => one !== 'zeros');
        expect(tiles[i]).toHaveLength(shown.length);
        shown.forEach((one, j) =>
          expect(largestDifference(tiles[i]![j]!, pixels[`image.${one}`]!.data as Float32Array)).toBeLessThan(
            1e-6,
          ),
        );
      });
      return;
    }
    const all = tiles.flat();
    const stored = golden['in.pixel_values']!.data as Float32Array;
    const length = stored.length / all.length;
    all.forEach((tile, i) =>
      expect(largestDifference(tile, stored.subarray(i * length, (i + 1) * length))).toBeLessThan(1e-6),
    );
  });
});

interface TrainData {
  caption_template: string;
  captions: { image_path: string; caption: string | null }[];
  conversations: { image?: string[]; conversations: Turn[] }[];
}
interface Stage {
  arguments: { text_max_length?: string; max_partitions?: string };
  micro_batches: {
    input_ids: number[][];
    labels: number[][];
    attention_mask: number[][];
    images: string[][];
  }[][];
}

const pictureName = (path: string) => path.replace('.png', '');
const keyOf = ({ inputIds, labels }: Pick<PreparedSample, 'inputIds' | 'labels'>) =>
  `${inputIds.join()} | ${labels.join()}`;

describe.each(['ovis10_clip_qwen2', 'ovis15_siglip_gemma2', 'ovis20_aimv2_qwen25'])(
  'the trainer prepares what the official code trained %s on',
  (name) => {
    const c = openCase(name);
    const data = c.json<TrainData>('train_data.json');
    const layout = mergeLayout(c.config);

    it.each([1, 2, 3])('in stage %i', async (number) => {
      const { arguments: given, micro_batches } = c.json<Stage>(`stage${number}.json`);
      const [single = 9, multiple = 1] = (given.max_partitions ?? '').split('|').filter(Boolean).map(Number);
      const o = {
        format: (number === 1
          ? { format: 'caption', template: data.caption_template }
          : { format: 'conversation' }) satisfies SampleFormat,
        maxPartition: { single, multiple },
        ...(given.text_max_length ? { textMaxLength: Number(given.text_max_length) } : {}),
      };
      const rows =
        number === 1
          ? data.captions.map(({ caption, image_path }) => ({
              record: { caption: caption ?? '' },
              images: [pictureName(image_path)],
            }))
          : data.conversations.map(({ conversations, image }) => ({
              record: { conversations },
              images: (image ?? []).map(pictureName),
            }));
      // A picture that is not there cannot be in a shard.
      const readable = rows.filter(({ images }) => !images.includes('missing'));
      const made = new Map<string, PreparedSample>();
      for (const sample of readable) {
        const prepared = await prepare(c, sample, o);
        made.set(keyOf(prepared), prepared);
      }
      const pixels = c.tensors('images.safetensors');
      let compared = 0;
      for (const batch of micro_batches.flat()) {
        batch.input_ids.forEach((ids, i) => {
          const length = batch.attention_mask[i]!.lastIndexOf(1) + 1;
          const recorded = { inputIds: ids.slice(0, length), labels: batch.labels[i]!.slice(0, length) };
          const names = batch.images[i]!.filter((one) => one !== 'zeros');
          if (names.length === 0 && countImages(recorded.inputIds, layout) > 0) return;
          const own = made.get(keyOf(recorded));
          expect(own, `ids ${recorded.inputIds.join(' ')}`).toBeDefined();
          expect(own!.pixels).toHaveLength(names.length);
          names.forEach((one, j) =>
            expect(
              largestDifference(own!.pixels[j]!, pixels[`image.${one}`]!.data as Float32Array),
            ).toBeLessThan(1e-6),
          );
          compared++;
        });
      }
      // 12 samples are recorded; the picture of one is missing.
      expect(compared).toBe(11);
    });
  },
);

describe("native ovis2's prompts, by its own chat template", () => {
  const c = openCase('native_ovis2');
  const template = c.bytes('checkpoint/chat_template.jinja').toString('utf8');
  const { items } = c.json<{
    items: { query: string; images: string[]; prompt: string; input_ids: number[] }[];
  }>('generate.json');
  const processor = imageProcessor(c.config, c.preprocessor);

  it.each(items)('$query', async ({ query, images, prompt, input_ids }) => {
    const tokens = await Promise.all(
      images.map(async (name) => {
        const image = await decodeImage(c.bytes(`images/${name}.png`));
        const { ids } = preparePicture(c.config, image, processor, { maxPartition: 4 });
        return ids.map((id) => c.tokenizer.token(id)).join('');
      }),
    );
    const content = query.replaceAll('<image>', () => tokens.shift() ?? '');
    const text = renderChatTemplate(template, [{ role: 'user', content }], { addGenerationPrompt: true });
    expect(text).toBe(prompt);
    expect(c.tokenizer.encode(text)).toEqual(input_ids);
  });
});
