import { beforeAll, describe, expect, test } from 'vitest';
import { compile, emit, sparseSoftmaxCrossEntropy, takeRows, tf } from '../index.ts';
import { startEngine } from '../../test/engine.ts';

/** The part of compile's contract that holds on libtensorflow and on WASM. */
beforeAll(startEngine);

const list = (t: tf.Tensor): number[] => Array.from(t.dataSync());

test('a training step with its variables, in place, goes as it goes by hand', async () => {
  const ids = tf.tensor1d([2, 0, 1, 2], 'int32');
  const labels = tf.tensor1d([1, 0, 2, 1], 'int32');
  const start = (): tf.Variable[] => [
    tf.variable(tf.randomNormal([3, 4], 0, 1, 'float32', 1)),
    tf.variable(tf.randomNormal([4, 3], 0, 1, 'float32', 2)),
  ];
  const step = ([table, w]: tf.Variable[]): { loss: tf.Tensor } => {
    const { value, grads } = tf.variableGrads(() => {
      const hidden = tf.tanh(takeRows(table!, ids)) as tf.Tensor2D;
      return tf.mean(sparseSoftmaxCrossEntropy(tf.matMul(hidden, w as tf.Tensor2D), labels));
    }, [table!, w!]);
    for (const v of [table!, w!]) v.assign(tf.sub(v, tf.mul(grads[v.name]!, 0.5)));
    return { loss: value };
  };
  const [byHand, compiled] = [start(), start()];
  const f = compile(() => step(compiled));
  let first = NaN;
  let last = NaN;
  for (let i = 0; i < 5; i++) {
    const { loss } = await f();
    last = loss.dataSync()[0]!;
    if (i === 0) first = last;
    const expected = tf.tidy(() => step(byHand).loss.dataSync()[0]!);
    expect(last).toBeCloseTo(expected, 5);
    loss.dispose();
  }
  expect(last).toBeLessThan(first);
  byHand.forEach((v, i) => {
    const actual = list(compiled[i]!);
    list(v).forEach((x, j) => expect(actual[j]).toBeCloseTo(x, 4));
  });
});

test('calls act in program order on the variables they assign, and own their arguments', async () => {
  const v = tf.variable(tf.scalar(1));
  const double = compile(() => {
    v.assign(tf.mul(v, 2));
    return tf.add(v, 0);
  });
  const read = compile((x: tf.Tensor) => tf.add(v, x));
  const zero = tf.scalar(0);
  const calls = [double(), double(), read(zero), double()];
  zero.dispose();
  expect((await Promise.all(calls)).map((t) => t.dataSync()[0])).toEqual([2, 4, 4, 8]);
});

test('results are tensors of their own, whatever they were made of', async () => {
  const w = tf.tensor1d([5]);
  const x = tf.tensor1d([1]);
  const f = compile((t: tf.Tensor) => {
    const y = tf.add(t, 1);
    return { t, w, y, again: [y, t] };
  });
  const before = tf.memory().numTensors;
  const r = await f(x);
  expect(tf.memory().numTensors).toBe(before + 5);
  r.t.dispose();
  r.w.dispose();
  r.y.dispose();
  expect([x, w, ...r.again].map((t) => t.dataSync()[0])).toEqual([1, 5, 2, 1]);
  tf.dispose(r.again);
  expect(tf.memory().numTensors).toBe(before);
});

test('outside tensors are read at each call; a disposed one is an error', async () => {
  const scale = tf.variable(tf.scalar(2));
  const offset = tf.tensor1d([1, 2, 3]);
  const f = compile((x: tf.Tensor) => tf.add(tf.mul(x, scale), offset));
  const x = tf.tensor1d([1, 1, 1]);
  expect(list(await f(x))).toEqual([3, 4, 5]);
  scale.assign(tf.scalar(10));
  expect(list(await f(x))).toEqual([11, 12, 13]);
  offset.dispose();
  await expect(f(x)).rejects.toMatchObject({ code: 'DISPOSED' });
});

describe('errors', () => {
  const x = (): tf.Tensor2D => tf.ones([2, 3]);

  test('promises, functions and no result are refused', async () => {
    await expect(compile(async (t: tf.Tensor) => t)(x())).rejects.toMatchObject({ code: 'TRACE_ASYNC' });
    for (const bad of [(t: tf.Tensor) => ({ t, f: () => 1 }), (t: tf.Tensor) => t.shape]) {
      await expect(compile(bad as (t: tf.Tensor) => unknown)(x())).rejects.toMatchObject({
        code: 'BAD_ARGUMENT',
      });
    }
    const typed = compile((t: tf.Tensor, values: unknown) => (void values, tf.add(t, 1)));
    await expect(typed(x(), new Float32Array(2))).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
  });

  test('a failing fn leaves variables as they were, and nothing else behind', async () => {
    const v = tf.variable(tf.scalar(1));
    const f = compile((t: tf.Tensor) => {
      v.assign(tf.sum(t) as tf.Scalar);
      v.assign(tf.mul(v, 2));
      throw new Error('own error');
    });
    const given = x();
    const before = tf.memory().numTensors;
    await expect(f(given)).rejects.toThrow('own error');
    expect(v.dataSync()[0]).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
    v.assign(tf.scalar(3));
    expect(tf.add(v, 1).dataSync()[0]).toBe(4);
  });

  test('a disposed tensor is one, eagerly too', () => {
    const gone = tf.ones([2]);
    gone.dispose();
    expect(() => tf.add(gone, 1)).toThrow(/disposed/);
  });
});

test('what a function emits comes in order, also when the plain call drops it', async () => {
  const f = compile((x: tf.Tensor1D) => {
    emit(tf.mul(x, 2));
    emit(tf.sum(x));
    return tf.add(x, 1);
  });
  const x = tf.tensor1d([1, 2]);
  expect(list(await f(x))).toEqual([2, 3]);
  const { emitted, result } = f.start(x);
  const values: number[][] = [];
  for await (const tensor of emitted) values.push(list(tensor));
  expect(values).toEqual([[2, 4], [3]]);
  expect(list(await result)).toEqual([2, 3]);
  expect(() => emit(x)).toThrow(/outside/);
});
