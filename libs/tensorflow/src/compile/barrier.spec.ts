import { beforeAll, expect, test } from 'vitest';
import { barrier, compile, initEngine, tf } from '../index.ts';

beforeAll(async () => {
  await initEngine({ backend: 'libtensorflow', intraOpThreads: 1, interOpThreads: 1 });
});

const SIZE = 400;
/** So much work that running it once or twice can be told apart by the CPU time of the process. */
function slow(x: tf.Tensor2D): tf.Tensor2D {
  let y = x;
  for (let i = 0; i < 12; i++) y = tf.mul(tf.matMul(y, x), 0.01);
  return y;
}

/** CPU time, which does not pass while others have the processor; the least of several runs. */
async function cpuTime(f: (x: tf.Tensor2D) => Promise<tf.Tensor>, x: tf.Tensor2D): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < 10; i++) {
    const start = process.cpuUsage();
    tf.dispose(await f(x));
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, user + system);
  }
  return least;
}

test.each(['graph'] as const)(
  'in mode %s a computation behind a barrier is not merged with its equal',
  async (mode) => {
    const x = tf.randomNormal([SIZE, SIZE], 0, 1, 'float32', 1) as tf.Tensor2D;
    const twice = (again: (a: tf.Tensor2D, first: tf.Tensor2D) => tf.Tensor2D) =>
      compile(
        (a: tf.Tensor2D) => {
          const first = slow(a);
          return tf.add(tf.sum(first), tf.sum(slow(again(a, first))));
        },
        { mode },
      );
    const merged = twice((a) => a);
    const kept = twice((a, first) => barrier([a], [first])[0]!);
    const [value, expected] = [await kept(x), await merged(x)];
    expect(value.dataSync()[0]).toBeCloseTo(expected.dataSync()[0]!, 3);
    const ratio = (await cpuTime(kept, x)) / (await cpuTime(merged, x));
    expect(ratio).toBeGreaterThan(1.5);
  },
);

test('gradients pass a barrier, eagerly and compiled', async () => {
  const f = (x: tf.Tensor): tf.Tensor => {
    const after = tf.exp(x);
    return tf.sum(tf.square(barrier([x], [after])[0]!));
  };
  const x = tf.tensor1d([1, 2, 3]);
  expect(Array.from(tf.grad(f)(x).dataSync())).toEqual([2, 4, 6]);
  const compiled = compile((a: tf.Tensor) => tf.grad(f)(a));
  expect(Array.from((await compiled(x)).dataSync())).toEqual([2, 4, 6]);
});
