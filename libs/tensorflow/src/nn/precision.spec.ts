import { beforeAll, describe, expect, it } from 'vitest';
import { BACKEND, startEngine } from '../../test/engine.ts';
import { attend, compile, linear, tf, withPrecision } from '../index.ts';

beforeAll(() => startEngine());

/** Largest difference, relative to the largest value. */
function difference(a: tf.Tensor, b: tf.Tensor): number {
  const largest = tf.max(tf.abs(a)).dataSync()[0]!;
  return tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]! / largest;
}

/** A loss with products of both kinds, and its gradients. */
function lossAndGradients(precision: 'fp32' | 'bf16') {
  return compile((x: tf.Tensor2D, w: tf.Tensor2D, bias: tf.Tensor1D) =>
    withPrecision(precision, () => {
      const loss = (...[x, w, bias]: tf.Tensor[]) => {
        const heads: tf.Tensor4D = tf.reshape(linear(x as tf.Tensor2D, w!, bias), [2, 1, 48, 16]);
        return tf.sum(tf.square(attend(heads, heads, heads)));
      };
      const { value, grads } = tf.valueAndGrads(loss)([x, w, bias]);
      return [value, ...grads];
    }),
  );
}

describe('withPrecision', () => {
  it('bf16 rounds what goes into products and out of them; values and gradients stay float32 and close', async () => {
    const x = tf.randomNormal<tf.Rank.R2>([96, 64], 0, 1, 'float32', 1);
    const w = tf.randomNormal<tf.Rank.R2>([16, 64], 0, 0.05, 'float32', 2);
    const bias = tf.randomNormal<tf.Rank.R1>([16], 0, 0.5, 'float32', 3);
    const exact = await lossAndGradients('fp32')(x, w, bias);
    const rounded = await lossAndGradients('bf16')(x, w, bias);
    expect(rounded.map(({ dtype }) => dtype)).toEqual(['float32', 'float32', 'float32', 'float32']);
    const differences = exact.map((tensor, i) => difference(tensor, rounded[i]!));
    // bfloat16 has 8 bits: single values are rounded by up to 2^-9.
    for (const found of differences) expect(found).toBeLessThan(0.02);
    if (BACKEND === 'libtensorflow') for (const found of differences) expect(found).toBeGreaterThan(1e-6);
  });

  it('ends with fn, also when that throws', () => {
    const x = tf.fill([1, 1], 1 + 2 ** -12) as tf.Tensor2D;
    const product = () => linear(x, tf.ones([1, 1])).dataSync()[0];
    expect(() =>
      withPrecision('bf16', () => {
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(product()).toBe(1 + 2 ** -12);
    expect(withPrecision('bf16', product)).toBe(BACKEND === 'wasm' ? 1 + 2 ** -12 : 1);
    expect(withPrecision('bf16', () => withPrecision('fp32', product))).toBe(1 + 2 ** -12);
  });
});
