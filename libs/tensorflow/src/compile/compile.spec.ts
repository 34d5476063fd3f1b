import { beforeAll, expect, test } from 'vitest';
import { compile, initEngine, sparseSoftmaxCrossEntropy, takeRows, tf } from '../index.ts';

beforeAll(async () => {
  await initEngine({ backend: 'libtensorflow' });
});

test('gradients inside a compiled function equal eager ones', async () => {
  const table = tf.randomNormal([11, 4], 0, 1, 'float32', 7);
  const ids = tf.tensor2d(
    [
      [1, 5, 5],
      [0, 10, 2],
    ],
    [2, 3],
    'int32',
  );
  const labels = tf.tensor1d([0, 1, 2, 3, 0, 1], 'int32');
  const loss = (t: tf.Tensor): tf.Scalar =>
    tf.mean(sparseSoftmaxCrossEntropy(tf.reshape(takeRows(t, ids), [6, 4]), labels));
  const eager = tf.valueAndGrad(loss)(table);
  for (const mode of ['graph', 'xla'] as const) {
    const step = compile((t: tf.Tensor) => tf.valueAndGrad(loss)(t), { mode });
    const { value, grad } = await step(table);
    expect(value.dataSync()[0]).toBeCloseTo(eager.value.dataSync()[0]!, 5);
    const expected = eager.grad.dataSync();
    grad.dataSync().forEach((x, i) => expect(x).toBeCloseTo(expected[i]!, 5));
  }
});
