import { tf } from '@ovis/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../test/engine.ts';
import { absoluteError, GoldenCase, toTensor } from '../test/golden.ts';
import type { HostTensor } from '../test/safetensors.ts';
import type { TokenizeFunction } from './config/index.ts';
import { gumbelNoiseValues, tokenize } from './tokenize.ts';

beforeAll(startEngine);

describe.each(['ovis10_clip_qwen2', 'ovis10_clip_llama3'])('%s', (name) => {
  const golden = new GoldenCase(name).tensors('tokenize.safetensors');

  it.each([
    ['softmax', 1, 'tokens.softmax'],
    ['softmax', 0.05, 'tokens.softmax'],
    ['st_argmax', 1, 'tokens.st_argmax'],
    ['gumbel_argmax', 1, 'gumbel.tokens.tau1.0'],
    ['gumbel_argmax', 0.05, 'gumbel.tokens.tau0.05'],
    ['gumbel_argmax', 5, 'gumbel.tokens.tau5.0'],
  ] as const)('%s with tau %f', (tokenizeFunction, tau, key) => {
    const actual = tf.tidy(() =>
      tokenize({ tokenizeFunction, tau }, matrix(golden['logits']), {
        gumbelNoise: matrix(golden['gumbel.noise']),
      }).dataSync(),
    );
    expect(absoluteError(actual, (golden[key] as HostTensor).data)).toBeLessThan(1e-5);
  });
});

describe('gradients', () => {
  const run = (tokenizeFunction: TokenizeFunction, tau: number) =>
    tf.tidy(() => {
      const logits = tf.tensor2d([[1, 3, 2]]);
      const noise = tf.tensor2d([[0.5, 0.1, 2]]);
      const weight = tf.tensor2d([[1, 10, 100]]);
      const grad = tf.grad((x) =>
        tf.sum(tf.mul(tokenize({ tokenizeFunction, tau }, x as tf.Tensor2D, { gumbelNoise: noise }), weight)),
      );
      return [...grad(logits).dataSync()];
    });

  it('st_argmax passes the gradient through unchanged', () => {
    expect(run('st_argmax', 1)).toEqual([1, 10, 100]);
  });

  it('gumbel_argmax has the gradient of the softmax at temperature tau', () => {
    const tau = 0.5;
    const scores = [1.5, 3.1, 4].map((v) => Math.exp(v / tau));
    const total = scores.reduce((a, b) => a + b);
    const p = scores.map((v) => v / total);
    const mean = p.reduce((sum, v, i) => sum + v * ([1, 10, 100][i] as number), 0);
    const expected = p.map((v, i) => (v * (([1, 10, 100][i] as number) - mean)) / tau);
    run('gumbel_argmax', tau).forEach((v, i) => expect(v).toBeCloseTo(expected[i] as number, 3));
  });
});

it('gumbel_argmax without noise is refused', () => {
  expect(() => tokenize({ tokenizeFunction: 'gumbel_argmax', tau: 1 }, tf.tensor2d([[1, 2]]))).toThrow(
    expect.objectContaining({ code: 'MISSING_INPUT' }),
  );
});

it('the noise is standard Gumbel: mean 0.577, variance pi^2/6', () => {
  const noise = gumbelNoiseValues(100, 200, 7);
  const mean = noise.reduce((a, b) => a + b) / noise.length;
  const variance = noise.reduce((a, b) => a + (b - mean) ** 2, 0) / noise.length;
  expect(mean).toBeCloseTo(0.577, 1);
  expect(variance).toBeCloseTo(Math.PI ** 2 / 6, 1);
});

function matrix(host: HostTensor | undefined): tf.Tensor2D {
  const tensor = toTensor(host as HostTensor);
  return tf.reshape(tensor, tensor.shape.slice(1) as [number, number]);
}
