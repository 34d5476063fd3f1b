import { beforeAll, describe, expect, it } from 'vitest';
import { initEngine } from '../engine/init-engine.ts';
import { updateSlice } from '../ops/update-slice.ts';
import { tf } from '../tf.ts';
import { compile } from './compile.ts';
import { whileLoop } from './while-loop.ts';

beforeAll(() => initEngine({ backend: 'libtensorflow', intraOpThreads: 1, interOpThreads: 1 }));

interface State {
  step: tf.Scalar;
  x: tf.Tensor1D;
  trail: tf.Tensor2D;
}

/** Multiplies x by `factor` and notes it in `trail` until `limit` rounds have passed or its first element exceeds 100. */
function growth(x: tf.Tensor1D, factor: tf.Tensor, limit: tf.Scalar): State {
  const one = tf.scalar(1, 'int32');
  const state = { step: tf.scalar(0, 'int32'), x, trail: tf.zeros([8, x.size]) as tf.Tensor2D };
  return whileLoop(
    {
      name: 'growth',
      condition: (s: State, c) =>
        tf.logicalAnd(tf.less(s.step, c.limit), tf.lessEqual(tf.reshape(tf.slice(s.x, 0, 1), []), 100)),
      body: (s: State, c): State => {
        const next = tf.mul(s.x, c.factor) as tf.Tensor1D;
        const trail = updateSlice(s.trail, tf.reshape(next, [1, next.size]), 0, s.step);
        return { step: tf.add(s.step, c.one), x: next, trail };
      },
    },
    state,
    { factor, limit, one },
  );
}

async function run(fn: (...args: Parameters<typeof growth>) => Promise<State>, limit: number) {
  const [x, factor, end] = [tf.tensor1d([1, 10]), tf.scalar(3), tf.scalar(limit, 'int32')];
  const { step, x: last, trail } = await fn(x, factor, end);
  const values = { step: step.dataSync()[0], x: last.arraySync(), trail: trail.arraySync() };
  tf.dispose([x, factor, end, step, last, trail]);
  return values;
}

describe.each([
  [
    'eagerly',
    (...args: Parameters<typeof growth>) => Promise.resolve(tf.tidy(() => ({ ...growth(...args) }))),
  ],
  ['as a graph', compile(growth, { mode: 'graph' })],
  ['by XLA', compile(growth, { mode: 'xla' })],
] as const)('a loop %s', (_, fn) => {
  it('turns until the number of rounds', async () => {
    const { step, x, trail } = await run(fn, 3);
    expect({ step, x }).toEqual({ step: 3, x: [27, 270] });
    expect(trail).toEqual([[3, 30], [9, 90], [27, 270], ...Array.from({ length: 5 }, () => [0, 0])]);
  });

  it('turns until the values say so', async () => {
    expect(await run(fn, 8)).toMatchObject({ step: 5, x: [243, 2430] });
  });

  it('does not turn at all', async () => {
    expect(await run(fn, 0)).toMatchObject({ step: 0, x: [1, 10] });
  });

  it('keeps no tensors', async () => {
    const before = tf.memory().numTensors;
    await run(fn, 4);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('inside compile', () => {
  const x = () => tf.tensor1d([1, 2]);

  it('a variable among the constants is read at each call', async () => {
    const v = tf.variable(tf.scalar(2));
    const fn = compile((x: tf.Tensor1D, end: tf.Scalar) => growth(x, v, end).x, { mode: 'xla' });
    const end = tf.scalar(2, 'int32');
    expect((await fn(x(), end)).arraySync()).toEqual([4, 8]);
    v.assign(tf.scalar(5));
    expect((await fn(x(), end)).arraySync()).toEqual([25, 50]);
  });

  it('a tensor from outside is refused', async () => {
    const outside = tf.scalar(3);
    const fn = compile((x: tf.Tensor1D) =>
      whileLoop(
        { name: 'leaky', condition: (s) => tf.less(tf.sum(s), 9), body: (s) => tf.add(s, outside) },
        x,
        {},
      ),
    );
    await expect(fn(x())).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
  });

  it('a state that changes its shape is refused', async () => {
    const fn = compile((x: tf.Tensor) =>
      whileLoop(
        { name: 'widening', condition: (s) => tf.less(tf.sum(s), 9), body: (s) => tf.concat([s, s]) },
        x,
        {},
      ),
    );
    await expect(fn(x())).rejects.toThrow(/widening/);
  });

  it('a condition that is no boolean scalar is refused', async () => {
    const fn = compile((x: tf.Tensor) =>
      whileLoop({ name: 'vague', condition: (s) => s as tf.Scalar, body: (s) => s }, x, {}),
    );
    await expect(fn(x())).rejects.toThrow(/float32 \[2\]/);
  });
});
