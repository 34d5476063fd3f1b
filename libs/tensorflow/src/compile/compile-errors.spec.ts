import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { EngineError } from '../index.ts';
import { compile, initEngine, takeRows, tf } from '../index.ts';

beforeAll(async () => {
  await initEngine({ backend: 'libtensorflow', intraOpThreads: 2, interOpThreads: 2 });
});

describe('errors', () => {
  const x = (): tf.Tensor2D => tf.ones([2, 3]);

  afterEach(() => {
    // Whatever failed, the next eager operation runs eagerly.
    expect(tf.add(1, 2).dataSync()[0]).toBe(3);
  });

  test.each([
    ['dataSync', (t: tf.Tensor) => tf.scalar(tf.sum(t).dataSync()[0]!)],
    ['arraySync', (t: tf.Tensor) => tf.scalar(tf.sum(t).arraySync() as number)],
    [
      'data',
      (t: tf.Tensor) => (
        void tf
          .sum(t)
          .data()
          .catch(() => undefined),
        t
      ),
    ],
  ])('%s inside fn names the operation and the line', async (_name, body) => {
    const step = compile(body, { name: 'reader' });
    const error = await step(x()).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'TRACE_DATA_READ', op: 'Sum' });
    expect((error as Error).message).toMatch(/'reader' at .*compile-errors\.spec\.ts:\d+:\d+/);
  });

  test('reading a captured tensor inside fn is an error too', async () => {
    const outside = tf.add(tf.ones([2]), 1);
    await expect(compile((t: tf.Tensor) => tf.mul(t, outside.dataSync()[0]!))(x())).rejects.toMatchObject({
      code: 'TRACE_DATA_READ',
    });
  });

  test('what TensorFlow refuses while tracing comes with the line', async () => {
    const bad = compile((t: tf.Tensor) => tf.unsortedSegmentSum(t, tf.tensor1d([0, 1, 2], 'int32'), 2));
    const error = await bad(x()).catch((e: unknown) => e);
    expect((error as Error).message).toMatch(/compile-errors\.spec\.ts:\d+|must be/);
    const gather = compile((t: tf.Tensor) => takeRows(t, tf.tensor1d([9], 'int32')), { name: 'rows' });
    await expect(gather(x())).rejects.toMatchObject({ code: 'OP_FAILED' });
  });

  test.each<[string, (t: tf.Tensor) => tf.Tensor]>([
    ['randomNormal', (t) => tf.add(t, tf.randomNormal([2, 3]))],
    ['randomUniform', (t) => tf.add(t, tf.randomUniform([2, 3]))],
    ['truncatedNormal', (t) => tf.add(t, tf.truncatedNormal([2, 3]))],
    ['dropout', (t) => tf.dropout(t, 0.5)],
  ])('%s without a seed is refused by name and line', async (op, body) => {
    const error = await compile(body, { name: 'noisy' })(x()).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'TRACE_RANDOM', op });
    expect((error as Error).message).toMatch(/'noisy' at .*compile-errors\.spec\.ts:\d+:\d+/);
    expect(Math.random()).toBeLessThan(1);
  });

  test('random numbers with a seed are constants', async () => {
    const f = compile((t: tf.Tensor) => tf.mul(t, tf.randomUniform([2, 3], 0, 1, 'float32', 3)));
    const expected = Array.from(tf.randomUniform([2, 3], 0, 1, 'float32', 3).dataSync());
    expect(Array.from((await f(x())).dataSync())).toEqual(expected);
  });

  test('many signatures are a warning, once', async () => {
    const warnings: string[] = [];
    const listen = (w: Error) => void warnings.push(w.message);
    process.on('warning', listen);
    try {
      const f = compile((t: tf.Tensor, step: number) => tf.mul(t, step), { name: 'often' });
      for (let step = 0; step < 26; step++) {
        tf.dispose(await f(x(), step));
        await new Promise((resolve) => setImmediate(resolve));
        expect(warnings).toHaveLength(step < 23 ? 0 : 1);
      }
      expect(warnings[0]).toMatch(/'often' has been traced for 24 different signatures/);
    } finally {
      process.off('warning', listen);
    }
  });

  test('too many signatures are an error that says what differs', async () => {
    const f = compile((t: tf.Tensor, o: { step: number }) => tf.mul(t, o.step), {
      name: 'hot',
      maxTraces: 3,
    });
    for (const step of [0, 1, 2, 1]) tf.dispose(await f(x(), { step }));
    const error = await f(x(), { step: 7 }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'TRACE_LIMIT' });
    expect((error as Error).message).toMatch(/'hot'.* 3 .*"step":2 against .*"step":7/);
    expect((await f(x(), { step: 2 })).dataSync()[0]).toBe(2);
    f.dispose();
    expect((await f(x(), { step: 7 })).dataSync()[0]).toBe(7);
  });

  test.each<[string, EngineError['code'], (t: tf.Tensor) => tf.Tensor]>([
    ['UniqueV2', 'TRACE_UNKNOWN_SHAPE', (t) => tf.unique(tf.reshape(t, [6]) as tf.Tensor1D).values],
    ['SearchSorted', 'TRACE_UNSUPPORTED', (t) => tf.lowerBound(t, t)],
    ['Greater', 'TRACE_DATA_READ', (t) => (void tf.whereAsync(tf.greater(t, 2)).catch(() => undefined), t)],
  ])('what cannot be traced is refused by name and line: %s', async (op, code, body) => {
    const error = await compile(body, { name: 'refused' })(x()).catch((e: unknown) => e);
    expect(error).toMatchObject({ code, op });
    expect((error as Error).message).toMatch(/'refused' at .*compile-errors\.spec\.ts:\d+:\d+/);
  });

  test('promises, functions and no result are refused', async () => {
    await expect(compile(async (t: tf.Tensor) => t)(x())).rejects.toMatchObject({ code: 'TRACE_ASYNC' });
    await expect(compile((t: tf.Tensor) => ({ t, f: () => 1 }))(x())).rejects.toMatchObject({
      code: 'BAD_ARGUMENT',
    });
    await expect(compile((t: tf.Tensor) => t.shape)(x())).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
  });

  test('tensors and variables made inside do not escape', async () => {
    let stolen: tf.Tensor | undefined;
    await compile((t: tf.Tensor) => (stolen = tf.keep(tf.add(t, 1))))(x());
    expect(() => stolen!.dataSync()).toThrow(/has no value outside/);
    const makes = compile((t: tf.Tensor) => tf.add(tf.variable(tf.add(t, 1)), 1));
    await expect(makes(x())).rejects.toMatchObject({ code: 'TRACE_ESCAPED' });
  });

  test('an optimizer that makes its variables inside is named; after a step outside it works inside', async () => {
    const w = tf.variable(tf.tensor1d([1, 2]));
    const minimize = (optimizer: tf.Optimizer) => () =>
      optimizer.minimize(() => tf.sum(tf.square(w)) as tf.Scalar, true)!;
    const variables = Object.keys(tf.engine().registeredVariables).length;
    const error = await compile(minimize(tf.train.momentum(0.1, 0.9)), { name: 'new' })().catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ code: 'TRACE_ESCAPED' });
    expect((error as Error).message).toMatch(
      /'new' creates the variable '.*' at .*compile-errors\.spec\.ts:\d+/,
    );
    expect(Object.keys(tf.engine().registeredVariables)).toHaveLength(variables);
    const step = minimize(tf.train.momentum(0.1, 0.9));
    step();
    expect((await compile(step)()).dataSync()[0]).toBeCloseTo(0.8 * 0.8 * 5);
  });

  test('an async fn that reads is refused, and its own failure ends nothing', async () => {
    const lost: unknown[] = [];
    const listen = (reason: unknown) => void lost.push(reason);
    process.on('unhandledRejection', listen);
    try {
      const f = compile(async (t: tf.Tensor) => tf.mul(t, (await t.data())[0]!));
      await expect(f(x())).rejects.toMatchObject({ code: 'TRACE_DATA_READ' });
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(lost).toEqual([]);
    } finally {
      process.off('unhandledRejection', listen);
    }
  });

  test('a failing fn leaves variables as they were', async () => {
    const v = tf.variable(tf.scalar(1));
    const f = compile((t: tf.Tensor) => {
      v.assign(tf.sum(t) as tf.Scalar);
      throw new Error('own error');
    });
    await expect(f(x())).rejects.toThrow('own error');
    expect(v.dataSync()[0]).toBe(1);
  });
});
