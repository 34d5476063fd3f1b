import { beforeAll, expect, test } from 'vitest';
import { compile, sumOfSquares, tf } from '../index.ts';
import { BACKEND, startEngine } from '../../test/engine.ts';

beforeAll(startEngine);

// WASM adds one after the other.
test('is precise over a million numbers, compiled too', async () => {
  const values = Float32Array.from({ length: 1_000_000 }, (_, i) => Math.sin(i * 1.7) * 1e-3);
  const exact = values.reduce((sum, x) => sum + x * x, 0);
  const x = tf.tensor1d(values);
  const eager = sumOfSquares(x);
  const compiled = await compile(sumOfSquares)(x);
  for (const sum of [eager, compiled]) {
    expect(sum.shape).toEqual([]);
    expect(Math.abs(sum.dataSync()[0]! / exact - 1)).toBeLessThan(BACKEND === 'wasm' ? 1e-3 : 2e-6);
  }
  expect(sumOfSquares(tf.tensor1d([1, NaN])).dataSync()[0]).toBeNaN();
});
