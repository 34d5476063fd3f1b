import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  bfloat16Tensor,
  compile,
  deviceHasBfloat16,
  initEngine,
  memory,
  tf,
  toBfloat16,
  toFloat32,
} from '../index.ts';
import { nativeBackend } from '../engine/init-engine.ts';

beforeAll(async () => {
  await initEngine({ backend: 'libtensorflow', intraOpThreads: 1 });
});

const list = (t: tf.Tensor): number[] => Array.from(t.dataSync());
const bf = (values: number[], shape: number[] = [values.length]): tf.Tensor =>
  toBfloat16(tf.tensor(values, shape));

test('values are rounded to nearest, ties to even, by the cast and from the host alike', () => {
  // 1 + 2^-8 lies between 1 and 1 + 2^-7, 1 + 3 * 2^-8 between 1 + 2^-7 and 1 + 2^-6.
  const values = [1 + 2 ** -8, 1 + 3 * 2 ** -8, 1 + 2 ** -8 + 2 ** -16, -3, Infinity, NaN, 0];
  const expected = [1, 1 + 2 ** -6, 1 + 2 ** -7, -3, Infinity, NaN, 0];
  expect(list(bf(values))).toEqual(expected);
  const made = bfloat16Tensor(Float32Array.from(values), [7]);
  expect(made.dtype).toBe('bfloat16');
  expect(list(toFloat32(tf.reverse(tf.reverse(made, 0), 0)))).toEqual(expected);
});

const a = [1, 2, 3, 4, 5, 6];
describe.each<[string, () => tf.Tensor, number[]]>([
  ['add', () => tf.add(bf(a), bf(a)), [2, 4, 6, 8, 10, 12]],
  ['mul', () => tf.mul(bf(a), bf([2])), [2, 4, 6, 8, 10, 12]],
  ['reshape and transpose', () => tf.transpose(tf.reshape(bf(a), [2, 3])), [1, 4, 2, 5, 3, 6]],
  ['concat', () => tf.concat([bf([1]), bf([2, 3])]), [1, 2, 3]],
  ['slice', () => tf.slice(bf(a), 1, 2), [2, 3]],
  ['sum', () => tf.sum(bf(a)), [21]],
  [
    'matMul',
    () => tf.matMul(bf(a, [2, 3]) as tf.Tensor2D, bf(a, [2, 3]) as tf.Tensor2D, false, true),
    [14, 32, 32, 77],
  ],
])('%s', (_name, f, expected) => {
  test('eagerly and compiled', async () => {
    const eager = f();
    expect(eager.dtype).toBe('bfloat16');
    expect(list(eager)).toEqual(expected);
    const traced = await compile(f)();
    expect(traced.dtype).toBe('bfloat16');
    expect(list(traced)).toEqual(expected);
  });
});

test('gradients flow to the float32 master weight', async () => {
  const w = tf.variable(tf.tensor2d([1, 2, 3, 4], [2, 2])) as tf.Variable<tf.Rank.R2>;
  const x = tf.tensor2d([1, -1, 2, 0.5], [2, 2]);
  const product = (low: boolean) => (): tf.Scalar => {
    const [p, q] = low ? [toBfloat16(x), toBfloat16(w)] : [x, w];
    const y = tf.mul(tf.matMul(p as tf.Tensor2D, q as tf.Tensor2D), tf.transpose(q as tf.Tensor2D));
    return tf.sum(tf.square(toFloat32(y)));
  };
  const want = tf.variableGrads(product(false), [w]);
  const check = (got: { value: tf.Scalar; grads: tf.NamedTensorMap }): void => {
    const slope = got.grads[w.name]!;
    expect(slope.dtype).toBe('float32');
    expect(got.value.dataSync()[0]! / want.value.dataSync()[0]!).toBeCloseTo(1, 1);
    list(slope).forEach((g, i) => expect(g / list(want.grads[w.name]!)[i]!).toBeCloseTo(1, 1));
  };
  check(tf.variableGrads(product(true), [w]));
  const step = compile(() => tf.variableGrads(product(true), [w]));
  check(await step());
});

test('bytes and tensors are counted and freed', () => {
  const [tensors, bytes] = [tf.memory().numTensors, tf.memory().numBytes];
  const before = memory();
  const x = tf.tidy(() => toBfloat16(tf.ones([100])));
  expect((memory().byDtype['bfloat16'] ?? 0) - (before.byDtype['bfloat16'] ?? 0)).toBe(200);
  x.dispose();
  expect(memory().byDtype['bfloat16']).toBe(before.byDtype['bfloat16']);
  expect([tf.memory().numTensors, tf.memory().numBytes]).toEqual([tensors, bytes]);
});

test('the device is asked, not guessed', () => {
  const flags = process.platform === 'linux' ? readFileSync('/proc/cpuinfo', 'utf8') : '';
  expect(deviceHasBfloat16()).toBe(nativeBackend()!.isUsingGpuDevice || /\b(avx512|amx)_bf16\b/.test(flags));
});

test('what TF.js refuses, it refuses with a message', () => {
  expect(() => tf.softmax(bf(a))).toThrow(/must be float32 tensor, but got bfloat16/);
  expect(Array.from(tf.softmax(toFloat32(bf([0, 0]))).dataSync())).toEqual([0.5, 0.5]);
});
