import { beforeAll, expect, test } from 'vitest';
import { tf } from '../index.ts';
import { startEngine } from '../../test/engine.ts';

beforeAll(startEngine);

const values = [0.3, -1.2, 0.7, 2.1, -0.4, 0.9, 1.5, -2.2, 0.05, 0.6, -0.8, 1.1];

/** Central differences of `f` at every element. */
function numeric(f: (x: tf.Tensor) => tf.Tensor, x: number[], shape: number[]): number[] {
  const eps = 1e-2;
  const at = (list: number[]): number => tf.tidy(() => f(tf.tensor(list, shape)).dataSync()[0]!);
  return x.map((_, i) => {
    const up = x.map((v, j) => (i === j ? v + eps : v));
    const down = x.map((v, j) => (i === j ? v - eps : v));
    return (at(up) - at(down)) / (2 * eps);
  });
}

const weights = (): tf.Tensor => tf.tensor(values.map((v, i) => Math.sin(v + i)));
const weigh = (y: tf.Tensor): tf.Tensor =>
  tf.sum(tf.mul(tf.reshape(y, [-1]), tf.slice(weights(), 0, y.size)));

test.each<[string, (x: tf.Tensor) => tf.Tensor]>([
  ['Sum', (x) => tf.sum(x, [0, 2])],
  ['Sum, kept axes', (x) => tf.sum(x, 1, true)],
  ['Mean', (x) => tf.mean(x, -1)],
  ['Mean of all', (x) => tf.mean(x)],
  ['Sigmoid', (x) => tf.sigmoid(x)],
  ['Tanh', (x) => tf.tanh(x)],
  ['Sqrt', (x) => tf.sqrt(tf.add(tf.square(x), 0.5))],
  ['Rsqrt', (x) => tf.rsqrt(tf.add(tf.square(x), 0.5))],
  ['Relu', (x) => tf.relu(x)],
  ['Softmax', (x) => tf.softmax(x)],
  ['GatherV2', (x) => tf.gather(x, tf.tensor1d([1, 1, 0], 'int32'), 1)],
  ['GatherV2, first axis', (x) => tf.slice(tf.gather(x, tf.tensor1d([1, 1], 'int32'), 0), 0, 1)],
  ['Einsum', (x) => tf.einsum('bij,jk->bik', x, tf.tensor2d(values.slice(0, 4), [2, 2]))],
  ['Cast and reshape to the same', (x) => tf.square(tf.reshape(tf.cast(x, 'float32'), [2, 3, 2]))],
])('the gradient of %s equals finite differences', (_name, f) => {
  const shape = [2, 3, 2];
  const g = tf.grad((x: tf.Tensor) => weigh(f(x)))(tf.tensor(values, shape));
  const expected = numeric((x) => weigh(f(x)), values, shape);
  g.dataSync().forEach((x, i) => expect(x).toBeCloseTo(expected[i]!, 2));
});

test('matMul takes its transposes natively, also for batches and broadcasts', () => {
  const a = tf.tensor(values.slice(0, 6), [2, 3]) as tf.Tensor2D;
  const expected = tf.matMul(tf.transpose(a), a).dataSync();
  expect(Array.from(tf.matMul(a, a, true, false).dataSync())).toEqual(Array.from(expected));
  const batch = tf.tensor(values, [2, 2, 3]);
  expect(tf.matMul(batch, a, false, true).shape).toEqual([2, 2, 2]);
});
