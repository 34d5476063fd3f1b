import { tf } from '@ovis/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../test/engine.ts';
import { GoldenCase } from '../test/golden.ts';
import type { HostTensor } from '../test/safetensors.ts';
import { initParams, reinitLastVitBlocks, reinitVte } from './init.ts';
import { checkParams, VIT_PREFIX } from './parameter-shapes.ts';
import type { Params } from './params.ts';

beforeAll(startEngine);

const golden = new GoldenCase('ovis10_clip_qwen2');
const { config } = golden;
const layer = (i: number, name: string) => `${VIT_PREFIX}vision_model.encoder.layers.${i}.${name}`;

describe('initParams', () => {
  let params: Params;
  beforeAll(() => {
    params = initParams(config, { seed: 1 });
  });

  it('makes every tensor of the model', () => {
    expect(() => checkParams(config, params)).not.toThrow();
  });

  // Standard deviations of spec 2.2 at d = 64 with 3 layers.
  it.each([
    [layer(0, 'self_attn.q_proj.weight'), 64 ** -0.5 * 6 ** -0.5],
    [layer(2, 'self_attn.out_proj.weight'), 64 ** -0.5],
    [layer(1, 'mlp.fc1.weight'), 128 ** -0.5],
    [layer(1, 'mlp.fc2.weight'), 64 ** -0.5 * 6 ** -0.5],
    [`${VIT_PREFIX}vision_model.embeddings.patch_embedding.weight`, 0.02],
    ['llm.model.layers.1.mlp.up_proj.weight', 0.02],
    ['vte.weight', 1],
    ['visual_tokenizer.head.0.weight', 64 ** -0.5 / Math.sqrt(3)],
  ])('%s has mean 0 and its standard deviation', (name, std) => {
    const { mean, deviation } = statistics(params[name] as tf.Tensor);
    expect(Math.abs(mean)).toBeLessThan(0.07 * std);
    expect(Math.abs(deviation / std - 1)).toBeLessThan(0.05);
  });

  it('biases are 0, norms 1, the head is within its bound', () => {
    const value = (name: string) => (params[name] as tf.Tensor).dataSync();
    expect(new Set(value(layer(0, 'mlp.fc1.bias')))).toEqual(new Set([0]));
    expect(new Set(value('llm.model.norm.weight'))).toEqual(new Set([1]));
    expect(new Set(value(layer(0, 'layer_norm1.weight')))).toEqual(new Set([1]));
    expect(value('visual_tokenizer.head.0.weight').every((v) => Math.abs(v) <= 1 / 8)).toBe(true);
  });

  it('is the same for the same seed, whatever else is drawn, and another for another', () => {
    const only = (name: string) => name === 'vte.weight';
    const same = initParams(config, { seed: 1, only });
    const other = initParams(config, { seed: 2, only });
    expect(Object.keys(same)).toEqual(['vte.weight']);
    expect(same['vte.weight']?.dataSync()).toEqual(params['vte.weight']?.dataSync());
    expect(other['vte.weight']?.dataSync()).not.toEqual(params['vte.weight']?.dataSync());
  });
});

it('reinitLastVitBlocks changes the layers the official stage 1 changes, in the same scale', () => {
  const params = golden.params();
  const fresh = reinitLastVitBlocks(config, params, { begin: 2, seed: 5 });
  const changed = Object.keys(fresh).filter((name) => fresh[name] !== params[name]);
  expect(changed.length).toBe(16);
  expect(changed.every((name) => name.startsWith(layer(2, '')))).toBe(true);
  expect(statistics(fresh[layer(2, 'self_attn.v_proj.weight')] as tf.Tensor).deviation).toBeCloseTo(
    64 ** -0.5 * 6 ** -0.5,
    2,
  );
});

it('reinitVte takes mean and deviation of the text embeddings', () => {
  const stored = golden.tensors('checkpoint/model.safetensors')[
    'llm.model.embed_tokens.weight'
  ] as HostTensor;
  const text = tf.add(tf.tensor(stored.data as Float32Array, stored.shape), 3);
  const params = { 'llm.model.embed_tokens.weight': text, 'vte.weight': tf.zeros([512, 64]) };
  const actual = statistics(reinitVte(config, params, { seed: 1 })['vte.weight'] as tf.Tensor);
  const expected = statistics(text);
  expect(Math.abs(actual.mean / expected.mean - 1)).toBeLessThan(0.01);
  expect(Math.abs(actual.deviation / expected.deviation - 1)).toBeLessThan(0.03);
});

function statistics(tensor: tf.Tensor): { mean: number; deviation: number } {
  const values = [...tensor.dataSync()];
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
}
