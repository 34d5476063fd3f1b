import { beforeAll, expect, test } from 'vitest';
import { compile, initEngine, sparseSoftmaxCrossEntropy, takeRows, tensorView, tf } from '../src/index.ts';

beforeAll(async () => {
  const info = await initEngine({ backend: 'wasm', intraOpThreads: 3 });
  expect(info).toMatchObject({ backend: 'wasm', gpu: false, devices: [{ name: 'wasm (3 threads)' }] });
  expect(info.warning).toBeUndefined(); // it was asked for
});

test('compile runs the function in tf.tidy', async () => {
  const v = tf.variable(tf.scalar(1));
  const f = compile((x: tf.Tensor) => {
    v.assign(tf.add(v, 1));
    return { y: tf.mul(tf.add(x, 1), v) };
  });
  const x = tf.tensor1d([1, 2]);
  const before = tf.memory().numTensors;
  const { y } = await f(x);
  expect(Array.from(tensorView(y))).toEqual([4, 6]);
  expect(tf.memory().numTensors).toBe(before + 1);
  expect(f.stats()).toMatchObject({ calls: 1, traces: 0 });
});

test('gradients of look-up and cross-entropy are right without gather gradients and sparse kernels', () => {
  const table = tf.tensor2d([0.1, 0.2, -0.3, 0.4, 0.5, -0.6], [3, 2]);
  const ids = tf.tensor2d([2, 0, 2, 1], [2, 2], 'int32');
  const labels = tf.tensor1d([1, 0, 0, 1], 'int32');
  const loss = (t: tf.Tensor): tf.Scalar =>
    tf.sum(sparseSoftmaxCrossEntropy(tf.reshape(takeRows(t, ids), [4, 2]), labels));
  const { value, grad } = tf.valueAndGrad(loss)(table);

  // By hand: rows are 2, 0, 2, 1; two classes, so the loss of logits (a, b) and label 0 is log(1 + exp(b - a)).
  const rows = [
    [0.5, -0.6, 1],
    [0.1, 0.2, 0],
    [0.5, -0.6, 0],
    [-0.3, 0.4, 1],
  ] as const;
  let expected = 0;
  const slope = [0, 0, 0, 0, 0, 0];
  rows.forEach(([a, b, label], i) => {
    const p1 = 1 / (1 + Math.exp(a - b));
    expected -= Math.log(label ? p1 : 1 - p1);
    const row = [2, 0, 2, 1][i]!;
    slope[2 * row]! += 1 - p1 - (label ? 0 : 1);
    slope[2 * row + 1]! += p1 - label;
  });
  expect(value.dataSync()[0]).toBeCloseTo(expected, 5);
  grad.dataSync().forEach((x, i) => expect(x).toBeCloseTo(slope[i]!, 5));
});

test('matrix products give the same on the threads', () => {
  const [m, k, n] = [96, 130, 70];
  const a = Float32Array.from({ length: m * k }, (_, i) => Math.sin(i));
  const b = Float32Array.from({ length: k * n }, (_, i) => Math.cos(i));
  const product = tf.matMul(tf.tensor2d(a, [m, k]), tf.tensor2d(b, [k, n])).dataSync();
  for (const [i, j] of [
    [0, 0],
    [95, 69],
    [40, 33],
  ] as const) {
    let expected = 0;
    for (let l = 0; l < k; l++) expected += a[i * k + l]! * b[l * n + j]!;
    expect(product[i * n + j]).toBeCloseTo(expected, 3);
  }
});
