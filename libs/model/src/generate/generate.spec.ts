import { tf } from '@ovis/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../test/engine.ts';
import { GoldenCase, toParams } from '../../test/golden.ts';
import type { OvisConfig } from '../config/index.ts';
import { generateGreedy } from './generate.ts';
import type { Prompt } from './options.ts';
import { llmLogits } from '../loss.ts';
import { planMerge } from '../merge.ts';
import type { Params } from '../params.ts';
import { imageTokenRows } from '../config/index.ts';
import { mergedBatchTensors } from '../loss.ts';

beforeAll(startEngine);

interface GoldenItem {
  images: string[] | null;
  input_ids: number[];
  generated: number[];
  margins: number[];
}

const NEVER = -1;

describe.each(['ovis10_clip_qwen2', 'ovis10_clip_llama3'])('%s', (name) => {
  const golden = new GoldenCase(name);
  const { items } = golden.json('generate.json') as { items: GoldenItem[] };
  let params: Params;
  beforeAll(() => {
    params = golden.params();
  });

  it('all prompts in one batch give the official ids', async () => {
    const prompts = items.map((item) => toPrompt(golden, item));
    const ids = await generateGreedy(golden.config, params, prompts, { maxNewTokens: 16, eosTokenId: NEVER });
    ids.forEach((actual, i) => expectOfficial(actual, items[i] as GoldenItem));
  });

  it('a short last batch and another padding give the same ids', async () => {
    const prompts = items.map((item) => toPrompt(golden, item));
    const ids = await generateGreedy(golden.config, params, prompts, {
      maxNewTokens: 16,
      eosTokenId: NEVER,
      batchSize: 2,
      padTo: 150,
    });
    ids.forEach((actual, i) => expectOfficial(actual, items[i] as GoldenItem));
  });

  it('text alone works', async () => {
    const item = items.find(({ images }) => !images) as GoldenItem;
    const [ids] = await generateGreedy(golden.config, params, [toPrompt(golden, item)], {
      maxNewTokens: 16,
      eosTokenId: NEVER,
    });
    expectOfficial(ids as number[], item);
  });

  it('agrees with recomputation without a cache', async () => {
    const item = items[0] as GoldenItem;
    const [ids] = await generateGreedy(golden.config, params, [toPrompt(golden, item)], {
      maxNewTokens: 4,
      eosTokenId: NEVER,
    });
    expect(ids).toEqual(recompute(golden, params, item, 4));
  });

  it('stops before the end token, each sequence for itself', async () => {
    const [first, second] = items as [GoldenItem, GoldenItem];
    const end = first.generated[5] as number;
    const ids = await generateGreedy(
      golden.config,
      params,
      items.map((item) => toPrompt(golden, item)),
      {
        maxNewTokens: 16,
        eosTokenId: [end],
      },
    );
    expect(ids[0]).toEqual(first.generated.slice(0, first.generated.indexOf(end)));
    const cut = second.generated.indexOf(end);
    expect(ids[1]).toEqual(cut < 0 ? second.generated : second.generated.slice(0, cut));
  });

  it('keeps no tensors', async () => {
    const prompts = items.map((item) => toPrompt(golden, item));
    const before = tf.memory().numTensors;
    await generateGreedy(golden.config, params, prompts, { maxNewTokens: 3, eosTokenId: NEVER });
    expect(tf.memory().numTensors).toBe(before);
  });
});

it('the model after stage 3 gives the official ids', async () => {
  const golden = new GoldenCase('ovis10_clip_qwen2');
  // Each stage's file has what changed during it.
  const trained = ['stage1', 'stage2', 'stage3'].flatMap((stage) =>
    Object.entries(golden.tensors(`${stage}.safetensors`)).flatMap(([name, tensor]) =>
      name.startsWith('final.') ? [[name.slice('final.'.length), tensor] as const] : [],
    ),
  );
  const params = { ...golden.params(), ...toParams(Object.fromEntries(trained)) };
  const item = golden.json('generate_after_stage3.json') as {
    image: string;
    input_ids: number[];
    generated: number[];
  };
  const [ids] = await generateGreedy(
    golden.config,
    params,
    [toPrompt(golden, { ...item, images: [item.image], margins: [] })],
    { maxNewTokens: item.generated.length, eosTokenId: NEVER },
  );
  expect(ids).toEqual(item.generated);
});

describe('bad prompts', () => {
  const golden = new GoldenCase('ovis10_clip_llama3');
  const options = { maxNewTokens: 1, eosTokenId: NEVER };

  it('an image without a placeholder is refused', async () => {
    const prompt = { inputIds: [1, 2], pixelValues: pixelsOf(golden, ['wide']) };
    await expect(generateGreedy(golden.config, {}, [prompt], options)).rejects.toThrow(
      'prompt 0 has 0 image placeholders and 1 images',
    );
  });

  it('a prompt beyond multimodal_max_length is refused', async () => {
    const config: OvisConfig = { ...golden.config, multimodalMaxLength: 4 };
    await expect(generateGreedy(config, {}, [{ inputIds: [1, 2, 3, 4, 5] }], options)).rejects.toMatchObject({
      code: 'TOO_LONG',
    });
  });
});

/** Ids must be equal up to the first step whose two best logits are closer than rounding can tell apart. */
function expectOfficial(actual: number[], item: GoldenItem): void {
  const close = item.margins.findIndex((margin) => margin < 1e-3);
  const safe = close < 0 ? item.generated.length : close;
  expect(actual.slice(0, safe)).toEqual(item.generated.slice(0, safe));
}

function toPrompt(golden: GoldenCase, item: Pick<GoldenItem, 'images' | 'input_ids' | 'margins'>): Prompt {
  return {
    inputIds: item.input_ids,
    pixelValues: item.images ? pixelsOf(golden, item.images) : undefined,
  };
}

function pixelsOf(golden: GoldenCase, names: string[]): tf.Tensor4D {
  const side = golden.config.visual.backbone.imageSize;
  return tf.tensor4d(golden.pixels(names), [names.length, 3, side, side]);
}

/** Greedy decoding by running the whole sequence for each new token. */
function recompute(golden: GoldenCase, params: Params, item: GoldenItem, count: number): number[] {
  const ids = [...item.input_ids];
  for (let n = 0; n < count; n++) {
    const plan = planMerge([{ inputIds: ids, labels: ids.map(() => -100) }], {
      rowsPerImage: imageTokenRows(golden.config),
      maxLength: golden.config.multimodalMaxLength,
    });
    const next = tf.tidy(() => {
      const batch = mergedBatchTensors(golden.config, plan, golden.pixels(item.images as string[]));
      const logits = llmLogits(golden.config, params, batch);
      return tf.argMax(tf.slice(logits, [0, plan.length - 1, 0], [1, 1, -1]), -1).dataSync()[0] as number;
    });
    ids.push(next);
  }
  return ids.slice(item.input_ids.length);
}
