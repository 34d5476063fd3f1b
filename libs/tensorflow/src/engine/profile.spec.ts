import { beforeAll, expect, test } from 'vitest';
import { compile, FUSED, fused, initEngine, profileOperations, tf } from '../index.ts';

beforeAll(async () => {
  await initEngine({ backend: 'libtensorflow', intraOpThreads: 1, interOpThreads: 1 });
});

test('a profile names the operations of a compiled function, how often they ran and how long', async () => {
  const piece = fused('profiled', (x: tf.Tensor) => tf.exp(tf.neg(x)));
  const f = compile((x: tf.Tensor2D) => piece(tf.sqrt(tf.sqrt(tf.matMul(x, x)))), { name: 'profiled' });
  const x = tf.ones([512, 512]) as tf.Tensor2D;
  tf.dispose(await f(x));
  const { wallMs, operations } = await profileOperations(async () => tf.dispose(await f(x)));
  const calls = Object.fromEntries(operations.map(({ operation, calls }) => [operation, calls]));
  expect(calls['Sqrt']).toBe(2);
  expect(calls[FUSED]).toBe(1);
  const product = operations.find(({ operation }) => operation.endsWith('MatMul'))!;
  // 0.27 GFLOP take more than a tenth of a millisecond anywhere.
  expect(product.ms).toBeGreaterThan(0.1);
  expect(operations.reduce((sum, { ms }) => sum + ms, 0)).toBeLessThan(wallMs * 1.05);
});
