import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { compile, initEngine, sparseSoftmaxCrossEntropy, takeRows, tf } from '../index.ts';
import { nativeBackend } from '../engine/init-engine.ts';

beforeAll(async () => {
  await initEngine({ backend: 'libtensorflow', intraOpThreads: 2, interOpThreads: 2 });
});

const close = (actual: tf.Tensor, expected: tf.Tensor, digits = 4): void => {
  expect(actual.shape).toEqual(expected.shape);
  const want = expected.dataSync();
  actual.dataSync().forEach((x, i) => expect(x).toBeCloseTo(want[i]!, digits));
};

/** A small network with what a transformer is made of. */
function network(table: tf.Tensor, w: tf.Tensor, ids: tf.Tensor, labels: tf.Tensor): tf.Scalar {
  const [batch, time] = ids.shape as [number, number];
  let x = takeRows(table, ids);
  const centred = tf.sub(x, tf.mean(x, -1, true));
  x = tf.mul(centred, tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), 1e-5)));
  const split = tf.transpose(tf.reshape(x, [batch, time, 2, 2]), [0, 2, 1, 3]) as tf.Tensor4D;
  const scores = tf.softmax(tf.mul(tf.matMul(split, split, false, true), 0.7));
  x = tf.reshape(tf.transpose(tf.matMul(scores, split), [0, 2, 1, 3]), [batch * time, 4]);
  const [a, b] = tf.split(x, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
  x = tf.concat([tf.mul(a, tf.sigmoid(a)), tf.tanh(b)], 1);
  x = tf.pad(x as tf.Tensor2D, [
    [0, 0],
    [0, 0],
  ]);
  const logits = tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D, false, true);
  return tf.mean(sparseSoftmaxCrossEntropy(logits, labels));
}

describe.each(['graph', 'xla'] as const)('mode %s', (mode) => {
  test('gradients equal eager ones', async () => {
    const table = tf.randomNormal([11, 4], 0, 1, 'float32', 7);
    const w = tf.randomNormal([5, 4], 0, 1, 'float32', 8);
    const ids = tf.tensor2d([1, 5, 5, 0, 10, 2], [2, 3], 'int32');
    const labels = tf.tensor1d([0, 1, 2, 3, 0, 4], 'int32');
    const f = (t: tf.Tensor, v: tf.Tensor): tf.Scalar => network(t, v, ids, labels);
    const eager = tf.valueAndGrads(f)([table, w]);
    const step = compile((p: { table: tf.Tensor; w: tf.Tensor }) => tf.valueAndGrads(f)([p.table, p.w]), {
      mode,
    });
    const { value, grads } = await step({ table, w });
    close(value, eager.value);
    close(grads[0]!, eager.grads[0]!);
    close(grads[1]!, eager.grads[1]!);
    expect(step.stats()).toMatchObject({ traces: 1, calls: 1 });
    expect(step.stats().nodes).toBeGreaterThan(20);
  });

  test('a variable assigned inside changes when the call resolves, not before', async () => {
    const v = tf.variable(tf.tensor1d([1, 2]));
    const step = compile(
      (x: tf.Tensor1D) => {
        v.assign(tf.add(v, x));
        v.assign(tf.mul(v, 2)); // sees the first assignment
        return { doubled: tf.sum(v) };
      },
      { mode },
    );
    const { native } = nativeBackend()!;
    const pending = step(tf.tensor1d([10, 20]));
    expect(Array.from(v.dataSync())).toEqual([1, 2]);
    const { doubled } = await pending;
    expect(Array.from(v.dataSync())).toEqual([22, 44]);
    expect(doubled.dataSync()[0]).toBe(66);
    const before = native.liveHandles;
    tf.dispose(await step(tf.tensor1d([1, 1])));
    expect(Array.from(v.dataSync())).toEqual([46, 90]);
    expect(native.liveHandles - before).toBeLessThanOrEqual(1); // the argument, not an old buffer
  });
});

test('outside tensors are captured by reference', async () => {
  const scale = tf.variable(tf.scalar(2));
  const offset = tf.tensor1d([1, 2, 3]);
  const f = compile((x: tf.Tensor) => tf.add(tf.mul(x, scale), offset));
  const x = tf.tensor1d([1, 1, 1]);
  expect(Array.from((await f(x)).dataSync())).toEqual([3, 4, 5]);
  scale.assign(tf.scalar(10));
  expect(Array.from((await f(x)).dataSync())).toEqual([11, 12, 13]);
  offset.dispose();
  await expect(f(x)).rejects.toMatchObject({ code: 'DISPOSED' });
});

test('calls act in program order on the variables they assign', async () => {
  const v = tf.variable(tf.scalar(1));
  const double = compile(() => {
    v.assign(tf.mul(v, 2));
    return tf.add(v, 0);
  });
  const read = compile((x: tf.Tensor) => tf.add(v, x));
  const host = new Float32Array([0]);
  const zero = tf.tensor1d(host);
  const calls = [double(), double(), read(zero), double()];
  // Arguments are the function's from the moment of the call.
  host[0] = 99;
  zero.dispose();
  const values = (await Promise.all(calls)).map((t) => t.dataSync()[0]);
  expect(values).toEqual([2, 4, 4, 8]);
});

test('retraces on a new shape, dtype or plain value, and only then', async () => {
  const f = compile((x: tf.Tensor, o: { k: number }) => [tf.mul(x, o.k), { rank: x.rank }] as const);
  await f(tf.ones([2]), { k: 3 });
  await f(tf.zeros([2]), { k: 3 });
  expect(f.stats().traces).toBe(1);
  const [y, { rank }] = await f(tf.ones([2, 2]), { k: 3 });
  expect([y.shape, rank]).toEqual([[2, 2], 2]);
  await f(tf.ones([2], 'int32'), { k: 3 });
  await f(tf.ones([2]), { k: 4 });
  expect(f.stats()).toMatchObject({ traces: 4, calls: 5 });
  f.dispose();
  expect(Array.from((await f(tf.ones([2]), { k: 3 }))[0].dataSync())).toEqual([3, 3]);
});

test('large constants become inputs, equal ones are shared, dead nodes are dropped', async () => {
  const values = Float32Array.from({ length: 5000 }, (_, i) => i);
  const f = compile((x: tf.Tensor) => {
    tf.exp(tf.matMul(tf.ones([50, 50]), tf.ones([50, 50]))); // dead
    const sum = tf.add(tf.add(x, tf.tensor1d(values)), tf.tensor1d(values.slice()));
    return tf.add(tf.add(tf.add(sum, 0.5), 0.5), tf.ones([5000]));
  });
  const y = await f(tf.zeros([5000]));
  expect(y.dataSync()[4999]).toBe(2 * 4999 + 2);
  // AddV2 x5, one 0.5, Fill with its two constants, little else
  expect(f.stats().nodes).toBeLessThanOrEqual(10);
});

test('large constants are freed with the function, dead ones and those of a failed trace at once', async () => {
  const { native } = nativeBackend()!;
  const big = (): tf.Tensor => tf.tensor1d(Float32Array.from({ length: 3000 }, (_, i) => i));
  const x = tf.add(tf.zeros([3000]), 0);
  const before = native.liveHandles;
  const f = compile((t: tf.Tensor, fail: boolean) => {
    tf.exp(tf.mul(big(), 2)); // dead: not the constant used below
    const y = tf.add(t, tf.reverse(tf.add(big(), 1)));
    if (fail) throw new Error('stop');
    tf.exp(tf.tensor1d(Float32Array.from({ length: 3000 }, (_, i) => -i)));
    return y;
  });
  await expect(f(x, true)).rejects.toThrow('stop');
  expect(native.liveHandles).toBeLessThanOrEqual(before);
  (await f(x, false)).dispose();
  expect(native.liveHandles).toBeLessThanOrEqual(before + 1);
  f.dispose();
  expect(native.liveHandles).toBeLessThanOrEqual(before);
});

test('arguments and captures may be returned, also twice', async () => {
  const w = tf.tensor1d([5]);
  const f = compile((x: tf.Tensor) => {
    const y = tf.add(x, 1);
    return { x, w, y, again: [y, x] };
  });
  const r = await f(tf.tensor1d([1]));
  const all = [r.x, r.w, r.y, r.again[0]!, r.again[1]!];
  expect(all.map((t) => t.dataSync()[0])).toEqual([1, 5, 2, 2, 1]);
  r.x.dispose();
  expect(r.again[1]!.dataSync()[0]).toBe(1);
});

describe('where XLA refuses', () => {
  const warnings: string[] = [];
  const listen = (w: Error): unknown => warnings.push(w.message);
  beforeEach(() => {
    warnings.length = 0;
    process.on('warning', listen);
  });
  afterEach(() => {
    process.off('warning', listen);
  });
  const refusals = async (name: string) => {
    await new Promise((r) => setImmediate(r));
    return warnings.filter((w) => w.includes(`XLA refused the compiled function '${name}'`)).length;
  };
  const boxes = () => tf.tensor2d([[0, 0, 1, 1]]);
  const crop = (images: tf.Tensor4D) =>
    tf.image.cropAndResize(images, boxes(), tf.tensor1d([0], 'int32'), [2, 2]);

  test('the default on a GPU is xla, and then graph', async () => {
    const backend = nativeBackend()!;
    Object.defineProperty(backend, 'isUsingGpuDevice', { value: true, configurable: true });
    try {
      const images = tf.randomNormal([1, 4, 4, 1], 0, 1, 'float32', 2) as tf.Tensor4D;
      const expected = Array.from(crop(images).dataSync());
      const f = compile(crop, { name: 'crop' });
      for (let i = 0; i < 2; i++) expect(Array.from((await f(images)).dataSync())).toEqual(expected);
      // Chosen by the user, a mode is not changed.
      await expect(compile(crop, { mode: 'xla' })(images)).rejects.toMatchObject({ code: 'OP_FAILED' });
      expect(await refusals('crop')).toBe(1);
    } finally {
      Object.defineProperty(backend, 'isUsingGpuDevice', {
        value: backend.native.hasGpu,
        configurable: true,
      });
    }
  });

  test('try-xla is xla where it can be, and then graph', async () => {
    const images = tf.randomNormal([1, 4, 4, 1], 0, 1, 'float32', 2) as tf.Tensor4D;
    const f = compile(crop, { name: 'tried', mode: 'try-xla' });
    for (let i = 0; i < 2; i++) {
      expect(Array.from((await f(images)).dataSync())).toEqual(Array.from(crop(images).dataSync()));
    }
    expect(await refusals('tried')).toBe(1);
    const g = compile((x: tf.Tensor) => tf.square(x), { name: 'fine', mode: 'try-xla' });
    expect((await g(tf.scalar(3))).dataSync()[0]).toBe(9);
    expect(await refusals('fine')).toBe(0);
  });
});
