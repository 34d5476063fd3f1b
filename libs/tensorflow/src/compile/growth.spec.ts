import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, expect, test } from 'vitest';
import { applyAdam, compile, initEngine, memory, tf } from '../index.ts';

beforeAll(async () => {
  await initEngine({ backend: 'libtensorflow', intraOpThreads: 1, interOpThreads: 1 });
});

/** A training step on weights in place, and the eager work around it: batches, results, a look at the weights. */
function training(): (steps: number) => Promise<void> {
  const state = [0.01, 0, 0].map((value) => tf.tidy(() => tf.variable(tf.fill([16, 16], value))));
  const [w, m, v] = state as [tf.Variable<tf.Rank.R2>, tf.Variable, tf.Variable];
  const step = compile((x: tf.Tensor2D, alpha: tf.Scalar) => {
    const loss = (): tf.Scalar => tf.mean(tf.square(tf.sub(tf.matMul(x, w), x)));
    const { value, grads } = tf.variableGrads(loss, [w]);
    applyAdam(w, m, v, { alpha, beta1: 0.9, beta2: 0.99, epsilon: 1e-6, gradient: grads[w.name]! });
    return { value, slope: grads[w.name]! };
  });
  return async (steps) => {
    for (let i = 0; i < steps; i++) {
      const x = tf.tensor2d(new Float32Array(256).fill(i % 7), [16, 16]);
      const alpha = tf.scalar(1e-3);
      const result = await step(x, alpha);
      const sum = tf.tidy(() => tf.sum(tf.add(tf.abs(result.slope), w)).dataSync()[0]!);
      if (!Number.isFinite(sum)) throw new Error(`step ${i}: ${sum}`);
      tf.dispose([result, x, alpha]);
    }
  };
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** RSS holds also what V8 has not collected yet: it lets its heap grow by some 2 KB per step until it finds that worth while. */
function report(): ReturnType<typeof memory> {
  collectGarbage();
  return memory();
}

test('ten thousand steps take no more memory than the first two thousand', async () => {
  const run = training();
  await run(2000);
  const before = report();
  const tensors = tf.memory().numTensors;
  await run(10_000);
  const after = report();
  expect(tf.memory().numTensors).toBe(tensors);
  expect(after.total).toBe(before.total);
  expect(after.process.rss / before.process.rss).toBeLessThan(1.02);
});
