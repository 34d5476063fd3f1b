import { beforeAll, expect, test } from 'vitest';
import { EngineError, initEngine, tensorView, tf } from '../index.ts';
import { nativeBackend } from '../engine/init-engine.ts';

beforeAll(async () => {
  await initEngine({ backend: 'libtensorflow', intraOpThreads: 1, interOpThreads: 1 });
});

test('the engine names its library and devices', async () => {
  const info = await initEngine();
  expect(info.backend).toBe('libtensorflow');
  expect(info.version).toMatch(/^2\.\d+/);
  expect(info.path).toContain('libtensorflow');
  expect(info.devices.some((d) => d.type === 'CPU')).toBe(true);
  expect(info.gpu).toBe(info.devices.some((d) => d.type === 'GPU'));
});

test.each([
  ['float32', [1.5, -2, Infinity, 0]],
  ['int32', [1, -2147483648, 2147483647, 0]],
  ['bool', [1, 0, 0, 1]],
] as const)('%s values survive the way through the library', (dtype, values) => {
  const there = tf.tensor(Array.from(values), [2, 2], dtype);
  const back = tf.reverse(tf.reverse(tf.cast(there, dtype), 0), 0);
  expect(back.dtype).toBe(dtype);
  expect(Array.from(back.dataSync())).toEqual(values);
});

test('complex numbers, scalars and empty tensors work', () => {
  const complex = tf.complex([1, 2], [3, 4]);
  expect(Array.from(tf.imag(complex).dataSync())).toEqual([3, 4]);
  expect(tf.add(tf.scalar(2), 3).dataSync()[0]).toBe(5);
  const empty = tf.concat([tf.zeros([0, 3]), tf.zeros([0, 3])], 0);
  expect(empty.shape).toEqual([0, 3]);
  expect(empty.dataSync()).toHaveLength(0);
});

test('strings of any length survive the way through the library, and are freed', () => {
  const { native } = nativeBackend()!;
  const texts = ['', 'short', 'größer '.repeat(40)];
  const before = native.liveHandles;
  const back = tf.tidy(() => tf.tile(tf.tensor1d(texts, 'string'), [2]).dataSync());
  expect(Array.from(back as unknown as string[])).toEqual([...texts, ...texts]);
  expect(native.liveHandles).toBe(before);
});

test('an error carries TensorFlow’s message and the operation', () => {
  const run = (): unknown => tf.gather(tf.zeros([3, 2]), tf.tensor1d([7], 'int32')).dataSync();
  let error: unknown;
  try {
    run();
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(EngineError);
  expect(error).toMatchObject({ code: 'OP_FAILED', op: 'GatherV2' });
  expect((error as Error).message).toMatch(/GatherV2: .*indices\[0\] = 7 is not in \[0, 3\)/);
  // The engine is usable afterwards.
  expect(tf.gather(tf.ones([3, 2]), tf.tensor1d([2], 'int32')).shape).toEqual([1, 2]);
});

test('tensorView shares memory and outlives the tensor', () => {
  const tensor = tf.add(tf.tensor1d([1, 2, 3]), 1);
  const view = tensorView(tensor);
  const again = tensorView(tensor);
  expect(Array.from(view)).toEqual([2, 3, 4]);
  view[0] = 9;
  expect(again[0]).toBe(9);
  tensor.dispose();
  for (let i = 0; i < 50; i++) tf.tidy(() => tf.add(tf.ones([3]), i));
  expect(Array.from(view)).toEqual([9, 3, 4]);
});

test('handles are freed with their tensors', () => {
  const { native } = nativeBackend()!;
  const before = native.liveHandles;
  tf.tidy(() => {
    const x = tf.ones([10, 10]);
    tf.valueAndGrad((a: tf.Tensor) => tf.sum(tf.softmax(tf.matMul(a as tf.Tensor2D, a as tf.Tensor2D))))(x);
  });
  expect(native.liveHandles).toBe(before);
});

test('a disposed tensor is an error, not a crash', () => {
  const x = tf.ones([2]);
  x.dispose();
  expect(() => tf.add(x, 1)).toThrow(/disposed/);
});
