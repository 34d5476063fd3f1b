import { beforeAll, describe, expect, it } from 'vitest';
import { compile, emit, fused, initEngine, tensorView, tf, whileLoop } from '../index.ts';
import type { Emitted } from '../index.ts';
import { nativeBackend } from '../engine/init-engine.ts';

beforeAll(() => initEngine({ backend: 'libtensorflow', intraOpThreads: 1, interOpThreads: 2 }));

/** Some 100 ms of work that depends on its input. */
function long(x: tf.Tensor): tf.Tensor2D {
  let y = x as tf.Tensor2D;
  for (let i = 0; i < 40; i++) y = tf.tanh(tf.matMul(y, x as tf.Tensor2D));
  return y;
}

async function valuesOf(emitted: Emitted): Promise<number[][]> {
  const values: number[][] = [];
  for await (const tensor of emitted) {
    values.push(Array.from(tensor.dataSync()));
    tensor.dispose();
  }
  return values;
}

describe('emit', () => {
  it('gives tensors out while the function still runs', async () => {
    const f = compile((x: tf.Tensor) => {
      emit(tf.concat([tf.sum(x).reshape([1]), tf.ones([1])]));
      return tf.sum(long(x));
    });
    const x = tf.mul(tf.ones([500, 500]), 0.01);
    await f(x);
    const { result, emitted } = f.start(x);
    let ended = false;
    void result.then(() => (ended = true));
    const { value } = (await emitted.next()) as { value: tf.Tensor };
    expect(ended).toBe(false);
    expect(Math.round(value.dataSync()[0]!)).toBe(2500);
    expect((await emitted.next()).done).toBe(true);
    expect(Number.isFinite((await result).dataSync()[0])).toBe(true);
  });

  it.each(['graph', 'xla'] as const)(
    'keeps the order of the calls, not of what is ready (%s)',
    async (mode) => {
      const f = compile(
        (x: tf.Tensor) => {
          emit(tf.mul(tf.sum(long(x)), 0));
          emit(tf.tensor1d([7, 8]));
          emit(x);
        },
        { mode },
      );
      const x = tf.mul(tf.ones([300, 300]), 0.01);
      const { emitted, result } = f.start(x);
      expect((await valuesOf(emitted)).map((v) => v.slice(0, 2))).toEqual([
        [0],
        [7, 8],
        [x.dataSync()[0], x.dataSync()[0]],
      ]);
      await result;
    },
  );

  it('hands over memory that can be written to', async () => {
    const f = compile((x: tf.Tensor) => emit(tf.concat([x, tf.mul(x, 2)])));
    const { emitted } = f.start(tf.ones([2]));
    const { value } = (await emitted.next()) as { value: tf.Tensor };
    tensorView(value)[1] = 5;
    expect(Array.from(tf.add(value, 0).dataSync())).toEqual([1, 5, 2, 2]);
  });

  it('goes with variables that the function reads and updates', async () => {
    const w = tf.variable(tf.tensor1d([1, 2]));
    const f = compile((x: tf.Tensor) => {
      emit(tf.mul(w, x));
      w.assign(tf.add(w, 1));
      emit(tf.mul(w, x));
    });
    const x = tf.tensor1d([10, 10]);
    const calls = [f.start(x), f.start(x)];
    const all = await Promise.all(calls.map(({ emitted }) => valuesOf(emitted)));
    await Promise.all(calls.map(({ result }) => result));
    expect(all).toEqual([
      [
        [10, 20],
        [20, 30],
      ],
      [
        [20, 30],
        [30, 40],
      ],
    ]);
    expect(Array.from(w.dataSync())).toEqual([3, 4]);
  });

  it('tells who waits that the call has failed, and works again afterwards', async () => {
    const { native } = nativeBackend()!;
    const f = compile((x: tf.Tensor, id: tf.Tensor1D) => {
      emit(tf.add(x, 1));
      emit(tf.gather(long(x), id));
    });
    const x = tf.mul(tf.ones([300, 300]), 0.01);
    const [good, bad] = [tf.tensor1d([1], 'int32'), tf.tensor1d([1000], 'int32')];
    await f(x, good);
    await settled();
    const before = native.liveHandles;
    for (let i = 0; i < 3; i++) {
      const { emitted, result } = f.start(x, bad);
      const first = await emitted.next();
      (first.value as tf.Tensor).dispose();
      await expect(emitted.next()).rejects.toMatchObject({
        code: 'OP_FAILED',
        op: expect.stringMatching('f'),
      });
      await expect(emitted.next()).rejects.toMatchObject({ code: 'OP_FAILED' });
      await expect(result).rejects.toMatchObject({ code: 'OP_FAILED' });
      await emitted.return();
    }
    const { emitted } = f.start(x, good);
    expect((await valuesOf(emitted)).map(({ length }) => length)).toEqual([90_000, 300]);
    await settled();
    // One queue more than before: the others are gone. The one that the first call left was used and ended.
    expect(native.liveHandles).toBeLessThanOrEqual(before);
  });

  it('does not wait for a call that cannot begin', async () => {
    const outside = tf.ones([2]);
    const f = compile(() => emit(tf.add(outside, 1)));
    await f();
    outside.dispose();
    const { emitted, result } = f.start();
    await expect(emitted.next()).rejects.toMatchObject({ code: 'DISPOSED' });
    await expect(result).rejects.toMatchObject({ code: 'DISPOSED' });
  });

  it('frees what nobody takes', async () => {
    const { native } = nativeBackend()!;
    const f = compile((x: tf.Tensor) => {
      for (let i = 0; i < 4; i++) emit(tf.add(x, i));
      return tf.sum(x);
    });
    const x = tf.ones([10]);
    const run = async () => {
      (await f(x)).dispose();
      const { emitted, result } = f.start(x);
      for await (const tensor of emitted) {
        tensor.dispose();
        break;
      }
      (await result).dispose();
      await settled();
    };
    await run();
    const before = native.liveHandles;
    for (let i = 0; i < 20; i++) await run();
    expect(native.liveHandles).toBeLessThanOrEqual(before);
  });

  it('waits for many calls at a time without keeping them from running', async () => {
    const f = compile((x: tf.Tensor) => {
      emit(tf.sum(long(x)));
      emit(tf.sum(x));
    });
    const x = tf.mul(tf.ones([120, 120]), 0.01);
    // More than libuv has threads.
    const calls = Array.from({ length: 12 }, () => f.start(x));
    const all = await Promise.all(calls.map(({ emitted }) => valuesOf(emitted)));
    expect(all.every((values) => values.length === 2)).toBe(true);
    expect(new Set(all.map(String)).size).toBe(1);
  });

  it('is refused outside of compiled functions, in loops and fused pieces, and for mixed dtypes', async () => {
    expect(() => emit(tf.ones([1]))).toThrow(/outside of a compiled function/);
    const piece = fused('emitting', (x: tf.Tensor) => {
      emit(x);
      return tf.add(x, 1);
    });
    const loop = (x: tf.Tensor) =>
      whileLoop(
        {
          name: 'emitting',
          condition: (s: tf.Tensor) => tf.less(tf.sum(s), 9) as tf.Scalar,
          body: (s: tf.Tensor) => {
            emit(s);
            return tf.add(s, 1);
          },
        },
        x,
        {},
      );
    for (const f of [piece, loop]) {
      await expect(compile((x: tf.Tensor) => f(x))(tf.ones([2]))).rejects.toThrow(/cannot emit/);
    }
    const mixed = compile((x: tf.Tensor) => {
      emit(x);
      emit(tf.cast(x, 'int32'));
    });
    await expect(mixed(tf.ones([2]))).rejects.toThrow(/int32 after float32/);
  });
});

/** What is freed behind a call is freed now. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 30));
}
