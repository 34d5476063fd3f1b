import { beforeAll, describe, expect, test } from 'vitest';
import { applyAdam, compile, initEngine, tensorView, tf } from '../index.ts';
import { nativeBackend } from '../engine/init-engine.ts';

beforeAll(async () => {
  await initEngine({ backend: 'libtensorflow', intraOpThreads: 2, interOpThreads: 2 });
});

const list = (t: tf.Tensor): number[] => Array.from(t.dataSync());

/** A variable that a compiled function has assigned, so that TensorFlow keeps it as a resource. */
async function backed(
  values: number[],
): Promise<{ v: tf.Variable; add: (x: tf.Tensor) => Promise<tf.Tensor> }> {
  const [initial, zeros] = [tf.tensor1d(values), tf.zeros([values.length])];
  const v = tf.variable(initial) as tf.Variable;
  const add = compile((x: tf.Tensor) => {
    v.assign(tf.add(v, x));
    return tf.sum(v);
  });
  tf.dispose([await add(zeros), initial, zeros]);
  return { v, add };
}

describe('a variable that lives in a resource', () => {
  test('is assigned and read eagerly like any other, and its functions go on', async () => {
    const { v, add } = await backed([1, 2]);
    v.assign(tf.tensor1d([5, 6]));
    expect(list(tf.mul(v, 2))).toEqual([10, 12]);
    expect(Array.from(tensorView(v))).toEqual([5, 6]);
    expect((await add(tf.tensor1d([1, 1]))).dataSync()[0]).toBe(13);
    expect(list(v)).toEqual([6, 7]);
    expect(() => v.assign(tf.tensor1d([1]))).toThrow(/shape/);
  });

  test.each<[string, (v: tf.Variable) => tf.Tensor]>([
    ['clone', (v) => tf.clone(v)],
    ['reshape to the same', (v) => tf.reshape(v, [2])],
    ['cast to the same', (v) => tf.cast(v, 'float32')],
    ['another variable', (v) => tf.variable(v)],
    [
      'assigning to another variable',
      (v) => {
        const w = tf.variable(tf.zeros([2]));
        w.assign(v as tf.Tensor1D);
        return w;
      },
    ],
  ])('%s is a snapshot of it', async (_name, copy) => {
    const { v, add } = await backed([1, 2]);
    const snapshot = copy(v);
    await add(tf.ones([2]));
    v.assign(tf.mul(v, 10));
    expect(list(v)).toEqual([20, 30]);
    expect(list(snapshot)).toEqual([1, 2]);
    snapshot.dispose();
    expect(list(v)).toEqual([20, 30]);
  });

  test('a view keeps its values while the variable is updated in place', async () => {
    const { v, m, s, step } = adam([4, 4]);
    await step(tf.ones([4, 4]));
    const view = tensorView(v);
    const before = Array.from(view);
    await step(tf.ones([4, 4]));
    expect(Array.from(view)).toEqual(before);
    expect(list(v)[0]).not.toBe(before[0]);
    tf.dispose([v, m, s]);
  });

  test('eager gradients and optimizers work on it', async () => {
    const { v } = await backed([1, 2]);
    tf.train.sgd(0.5).minimize(() => tf.sum(tf.square(v)) as tf.Scalar, false, [v]);
    expect(list(v)).toEqual([0, 0]);
  });

  test('tensors made of the same data before keep theirs', async () => {
    const initial = tf.tensor1d([1, 2]);
    const v = tf.variable(initial);
    const w = tf.variable(v) as tf.Variable;
    await compile(() => {
      v.assign(tf.mul(v, 3));
      return tf.sum(w);
    })();
    expect([list(v), list(w), list(initial)]).toEqual([
      [3, 6],
      [1, 2],
      [1, 2],
    ]);
  });

  test('assignments outside while calls run come after them', async () => {
    const { v, add } = await backed([1, 2]);
    const first = add(tf.ones([2]));
    const second = add(tf.ones([2]));
    v.assign(tf.tensor1d([100, 200]));
    const third = add(tf.ones([2]));
    expect((await Promise.all([first, second, third])).map((t) => t.dataSync()[0])).toEqual([5, 7, 302]);
    expect(list(v)).toEqual([101, 201]);
  });

  test('disposing frees it, also while a call runs', async () => {
    const { native } = nativeBackend()!;
    const before = native.liveHandles;
    const { v, add } = await backed([1, 2]);
    const x = tf.ones([2]);
    const running = add(x);
    v.dispose();
    expect((await running).dataSync()[0]).toBe(5);
    await expect(add(x)).rejects.toMatchObject({ code: 'DISPOSED' });
    tf.dispose([await running, x]);
    // Fewer is fine: garbage collection frees what earlier tests left behind.
    expect(native.liveHandles).toBeLessThanOrEqual(before);
  });

  test('other types than float32', async () => {
    const count = tf.variable(tf.scalar(1, 'int32'));
    const seen = tf.variable(tf.tensor1d([false, true], 'bool'));
    const f = compile(() => {
      count.assign(tf.add(count, tf.scalar(1, 'int32')));
      seen.assign(tf.logicalNot(seen));
    });
    await f();
    await f();
    expect([list(count), list(seen)]).toEqual([[3], [0, 1]]);
  });
});

function adam(shape: [number, number], mode?: 'graph' | 'xla') {
  const v = tf.variable(tf.fill(shape, 0.5)) as tf.Variable<tf.Rank.R2>;
  const m = tf.variable(tf.zeros(shape)) as tf.Variable;
  const s = tf.variable(tf.zeros(shape)) as tf.Variable;
  const train = (x: tf.Tensor, alpha: tf.Scalar | number) => {
    const loss = () => tf.mean(tf.square(tf.sub(tf.matMul(x as tf.Tensor2D, v), 1))) as tf.Scalar;
    const { value, grads } = tf.variableGrads(loss, [v]);
    applyAdam(v, m, s, { alpha, beta1: 0.9, beta2: 0.99, epsilon: 1e-6, gradient: grads[v.name]! });
    return { value, after: tf.sum(v) };
  };
  const compiled = compile((x: tf.Tensor, alpha: tf.Scalar) => train(x, alpha), { mode });
  return { v, m, s, train, step: (x: tf.Tensor) => compiled(x, tf.scalar(0.1)) };
}

describe.each(['graph', 'xla'] as const)('applyAdam, mode %s', (mode) => {
  test('equals the composed form, and fn reads the new values afterwards', async () => {
    const x = tf.randomNormal([3, 4], 0, 1, 'float32', 5);
    const eager = adam([4, 4]);
    const traced = adam([4, 4], mode);
    for (let i = 0; i < 3; i++) {
      const want = eager.train(x, 0.1);
      const got = await traced.step(x);
      expect(got.value.dataSync()[0]).toBeCloseTo(want.value.dataSync()[0]!, 5);
      expect(got.after.dataSync()[0]).toBeCloseTo(want.after.dataSync()[0]!, 4);
    }
    for (const name of ['v', 'm', 's'] as const) {
      const want = list(eager[name]);
      list(traced[name]).forEach((value, i) => expect(value).toBeCloseTo(want[i]!, 5));
    }
  });
});

test('the same variable may be updated, assigned and read in any order', async () => {
  const run = (v: tf.Variable, m: tf.Variable, s: tf.Variable) => {
    const step = (g: tf.Tensor) =>
      applyAdam(v, m, s, { alpha: 0.5, beta1: 0.5, beta2: 0.5, epsilon: 1e-3, gradient: g });
    const old = tf.clone(v);
    step(tf.ones([2]));
    step(tf.mul(v, 2));
    v.assign(tf.add(v, 1));
    step(tf.sub(v, old));
    m.assign(tf.mul(m, 2));
    return [tf.add(old, 0), tf.add(v, m)] as const;
  };
  const state = () =>
    [0, 0, 0].map((x) => tf.variable(tf.fill([2], x))) as [tf.Variable, tf.Variable, tf.Variable];
  const eager = state();
  const want = run(...eager);
  const traced = state();
  const got = await compile(() => run(...traced))();
  [...got, ...traced].forEach((t, i) => {
    const expected = list([...want, ...eager][i]!);
    list(t).forEach((x, j) => expect(x).toBeCloseTo(expected[j]!, 5));
  });
});

test('a wrong shape is refused by name', () => {
  const { v, m, s } = adam([2, 2]);
  expect(() =>
    applyAdam(v, m, s, { alpha: 1, beta1: 0, beta2: 0, epsilon: 0, gradient: tf.ones([2]) }),
  ).toThrow(/\[2, 2\].*\[2\] by applyAdam/);
});
