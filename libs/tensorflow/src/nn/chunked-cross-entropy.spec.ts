import { beforeAll, describe, expect, test } from 'vitest';
import { chunkedCrossEntropy, compile, initEngine, linear, sparseSoftmaxCrossEntropy, tf } from '../index.ts';

beforeAll(async () => void (await initEngine()));

describe.each(['eager', 'graph', 'xla'] as const)('%s', (mode) => {
  test.each([16, 48, 1000])(
    'losses and gradients in chunks of %d are those of the plain form',
    async (chunk) => {
      const hidden = tf.randomNormal([6, 5], 0, 2, 'float32', 1) as tf.Tensor2D;
      const weight = tf.randomNormal([100, 5], 0, 2, 'float32', 2) as tf.Tensor2D;
      const labels = tf.tensor1d([0, 15, 16, 47, 99, 50], 'int32');
      const dy = tf.tensor1d([1, 0, -2, 0.5, 3, 1]);
      const run = (form: (h: tf.Tensor2D, w: tf.Tensor2D, ids: tf.Tensor) => tf.Tensor1D) => {
        const fn = (h: tf.Tensor2D, w: tf.Tensor2D, ids: tf.Tensor, slope: tf.Tensor1D) => {
          const both = tf.valueAndGrads((a: tf.Tensor, b: tf.Tensor) =>
            form(a as tf.Tensor2D, b as tf.Tensor2D, ids),
          );
          const { value, grads } = both([h, w], slope);
          return [value, ...grads];
        };
        return mode === 'eager'
          ? fn(hidden, weight, labels, dy)
          : compile(fn, { mode })(hidden, weight, labels, dy);
      };
      const plain = await run((h, w, ids) => sparseSoftmaxCrossEntropy(linear(h, w), ids));
      const chunked = await run((h, w, ids) => chunkedCrossEntropy(h, w, ids, { chunk }));
      plain.forEach((tensor, i) => {
        const expected = tensor.dataSync();
        chunked[i]!.dataSync().forEach((v, j) => expect(Math.abs(v - expected[j]!)).toBeLessThan(1e-4));
      });
      tf.dispose([hidden, weight, labels, dy, plain, chunked]);
    },
  );
});
