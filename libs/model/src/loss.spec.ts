import { compile, tf } from '@ovis/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { ON_WASM, startEngine } from '../test/engine.ts';
import { GoldenCase } from '../test/golden.ts';
import { parseOvisConfig } from './config/index.ts';
import { languageModelLoss, ovisLoss, type MergedBatch } from './loss.ts';
import { planMerge } from './merge.ts';
import { LLM_PREFIX } from './parameter-shapes.ts';
import type { Params } from './params.ts';
import { gumbelNoiseValues } from './tokenize.ts';

beforeAll(startEngine);

const golden = new GoldenCase('ovis10_clip_llama3');
let params: Params;
beforeAll(() => {
  params = golden.params();
});

describe('ovisLoss', () => {
  it('counts the tokens that have a label behind the first position', () => {
    const plan = golden.plan();
    const batch = golden.batch(plan);
    const counted = [...plan.labels].filter((label, at) => label !== -100 && at % plan.length > 0).length;
    const tokens = tf.tidy(() => ovisLoss(golden.config, params, batch).tokens.dataSync()[0]);
    tf.dispose(batch);
    expect(tokens).toBe(counted);
  });

  it('is traced once for batches of one shape', async () => {
    const loss = compile((p: Params, b: MergedBatch) => ovisLoss(golden.config, p, b));
    const first = golden.batch(golden.plan({ padTo: 180 }));
    const samples = golden.samples().reverse();
    const second = golden.batch(planMerge(samples, { rowsPerImage: 18, maxLength: 512, padTo: 180 }));
    const sums = [await loss(params, first), await loss(params, second)];
    expect(loss.stats().traces).toBe(ON_WASM ? 0 : 1);
    expect(await sums[0]?.lossSum.data()).not.toEqual(await sums[1]?.lossSum.data());
  });

  it('a text-only batch gives the visual parameters gradients of zero', async () => {
    const text = golden.samples().at(-1);
    if (!text) throw new Error('the fixture has three samples');
    const plan = planMerge([text], { rowsPerImage: 18, maxLength: 512 });
    const { pixelValues, ...rest } = golden.batch(plan);
    const batch = { ...rest, pixelValues: tf.zerosLike(pixelValues) };
    const names = ['vte.weight', 'visual_tokenizer.head.0.weight', 'llm.model.norm.weight'];
    const gradients = tf.grads((...given: tf.Tensor[]) => {
      const replaced = Object.fromEntries(names.map((name, i) => [name, given[i] as tf.Tensor]));
      return ovisLoss(golden.config, { ...params, ...replaced }, batch).lossSum;
    })(names.map((name) => params[name] as tf.Tensor));
    const largest = await Promise.all(
      gradients.map(async (g) => (await tf.max(tf.abs(g)).data())[0] as number),
    );
    expect(largest.slice(0, 2)).toEqual([0, 0]);
    expect(largest[2]).toBeGreaterThan(0);
  });

  it('gumbel_argmax takes its noise as an input', async () => {
    const { config } = golden;
    const gumbel = { ...config, visual: { ...config.visual, tokenizeFunction: 'gumbel_argmax' as const } };
    const batch = golden.batch();
    const loss = compile((p: Params, b: MergedBatch, gumbelNoise: tf.Tensor2D) =>
      ovisLoss(gumbel, p, b, { gumbelNoise }),
    );
    const noise = [1, 2].map((seed) => tf.tensor2d(gumbelNoiseValues(4 * 16, 126, seed), [64, 126]));
    const values = await Promise.all(
      noise.map(async (n) => (await (await loss(params, batch, n)).lossSum.data())[0] as number),
    );
    expect(values[0]).not.toBe(values[1]);
    expect(loss.stats().traces).toBe(ON_WASM ? 0 : 1);
  });
});

describe('languageModelLoss', () => {
  it('equals ovisLoss on text', () => {
    const [text] = golden.samples().slice(-1);
    const plan = planMerge(text ? [text] : [], { rowsPerImage: 18, maxLength: 512 });
    const batch = golden.batch(plan);
    const [whole, alone] = tf.tidy(() => [
      ovisLoss(golden.config, params, batch).lossSum.dataSync()[0] as number,
      languageModelLoss(golden.config.llm, params, batch, {
        prefix: LLM_PREFIX,
      }).lossSum.dataSync()[0] as number,
    ]) as [number, number];
    tf.dispose(batch);
    expect(alone).toBeCloseTo(whole, 4);
  });

  it('uses the embedding table when the logits are tied', () => {
    const json = golden.json('checkpoint/config.json') as { llm_config: object };
    const { llm } = parseOvisConfig({
      ...json,
      llm_config: { ...json.llm_config, tie_word_embeddings: true },
    });
    const [text] = golden.samples().slice(-1);
    const batch = golden.batch(planMerge(text ? [text] : [], { rowsPerImage: 18, maxLength: 512 }));
    const { 'llm.lm_head.weight': _head, ...tied } = params;
    const explicit = {
      ...params,
      'llm.lm_head.weight': params['llm.model.embed_tokens.weight'] as tf.Tensor,
    };
    const [a, b] = tf.tidy(() =>
      [tied, explicit].map(
        (p) => languageModelLoss(llm, p, batch, { prefix: LLM_PREFIX }).lossSum.dataSync()[0] as number,
      ),
    ) as [number, number];
    tf.dispose(batch);
    expect(a).toBe(b);
  });
});

it('a missing parameter is named', () => {
  const { 'vte.weight': _vte, ...rest } = params;
  const batch = golden.batch();
  expect(() => ovisLoss(golden.config, rest, batch)).toThrow('the model needs vte.weight');
  tf.dispose(batch);
});
