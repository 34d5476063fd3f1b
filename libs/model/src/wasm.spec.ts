import { initEngine, tf } from '@ovis/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { absoluteError, GoldenCase, toTensor } from '../test/golden.ts';
import type { HostTensor } from '../test/safetensors.ts';
import { generateGreedy } from './generate.ts';
import { ovisLoss } from './loss.ts';
import { tokenize } from './tokenize.ts';

/** The fallback backend computes the same model (slowly). Its own file: a process has one engine. */
describe('on WASM', () => {
  const golden = new GoldenCase('ovis10_clip_llama3');
  beforeAll(async () => {
    expect((await initEngine({ backend: 'wasm' })).backend).toBe('wasm');
  });

  it('the loss is the official one', () => {
    const params = golden.params();
    const batch = golden.batch();
    const { lossSum, tokens } = ovisLoss(golden.config, params, batch);
    const mean = (lossSum.dataSync()[0] as number) / (tokens.dataSync()[0] as number);
    expect(Math.abs(mean / golden.info.loss - 1)).toBeLessThan(1e-5);
  });

  it('generation gives the official ids', async () => {
    const { items } = golden.json('generate.json') as {
      items: { images: string[] | null; input_ids: number[]; generated: number[] }[];
    };
    const text = items.find(({ images }) => !images);
    if (!text) throw new Error('the fixture has a text-only prompt');
    const ids = await generateGreedy(golden.config, golden.params(), [{ inputIds: text.input_ids }], {
      maxNewTokens: 6,
      eosTokenId: -1,
    });
    expect(ids).toEqual([text.generated.slice(0, 6)]);
  });

  it('st_argmax gives the official tokens', () => {
    const expected = golden.tensors('tokenize.safetensors');
    const logits = toTensor(expected['logits'] as HostTensor);
    const flat = tf.reshape(logits, logits.shape.slice(1) as [number, number]) as tf.Tensor2D;
    const actual = tokenize({ tokenizeFunction: 'st_argmax', tau: 1 }, flat).dataSync();
    expect(absoluteError(actual, (expected['tokens.st_argmax'] as HostTensor).data)).toBeLessThan(1e-5);
  });
});
