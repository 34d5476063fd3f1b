import { beforeAll, expect, test } from 'vitest';
import { compile, fused, initEngine, tf } from '../index.ts';

beforeAll(async () => {
  await initEngine({ backend: 'libtensorflow', intraOpThreads: 1 });
});

const x = () => tf.tensor2d([0.3, -1.2, 0.7, 2.1, -0.4, 0.9], [2, 3]);

test('a fused piece gives in graphs what it gives eagerly, for every value of its plain arguments', async () => {
  const piece = fused('spec_scale', (a: tf.Tensor2D, by: number) => ({
    rows: tf.sum(tf.exp(tf.mul(a, by)), -1),
    same: tf.mul(a, by),
  }));
  const f = compile((a: tf.Tensor2D) => [piece(a, 2), piece(tf.neg(a), 2), piece(a, 3)]);
  const [first, second, third] = await f(x());
  const eager = [piece(x(), 2), piece(tf.neg(x()) as tf.Tensor2D, 2), piece(x(), 3)];
  for (const [i, got] of [first!, second!, third!].entries()) {
    got.rows.dataSync().forEach((v, j) => expect(v).toBeCloseTo(eager[i]!.rows.dataSync()[j]!, 5));
    expect(Array.from(got.same.dataSync())).toEqual(Array.from(eager[i]!.same.dataSync()));
  }
});

test('a fused piece is one node of the graph, and calls of the same signature share one function', async () => {
  const piece = fused('spec_chain', (a: tf.Tensor2D) => tf.tanh(tf.add(tf.mul(a, a), 1)) as tf.Tensor2D);
  const f = compile((a: tf.Tensor2D) => piece(piece(piece(a))));
  const plain = compile((a: tf.Tensor2D) => {
    let y: tf.Tensor = a;
    for (let i = 0; i < 3; i++) y = tf.tanh(tf.add(tf.mul(y, y), 1));
    return y;
  });
  const [a, b] = [await f(x()), await plain(x())];
  a.dataSync().forEach((v, i) => expect(v).toBeCloseTo(b.dataSync()[i]!, 5));
  expect(f.stats().nodes).toBe(3);
  expect(plain.stats().nodes).toBeGreaterThan(8);
});

test('a variable is read at each call, not when the piece is traced', async () => {
  const w = tf.variable(tf.scalar(2));
  const piece = fused('spec_variable', (a: tf.Tensor, b: tf.Tensor) => tf.mul(a, b));
  const f = compile((a: tf.Tensor) => piece(a, w));
  expect((await f(tf.scalar(3))).dataSync()[0]).toBe(6);
  w.assign(tf.scalar(5));
  expect((await f(tf.scalar(3))).dataSync()[0]).toBe(15);
});

test('a tensor from outside is refused by the name of the piece', async () => {
  const outside = tf.randomNormal([64, 64], 0, 1, 'float32', 1);
  const piece = fused('spec_capture', (a: tf.Tensor) => tf.add(a, outside));
  await expect(compile((a: tf.Tensor) => piece(a))(tf.scalar(1))).rejects.toThrow(/spec_capture.*outside/);
});
