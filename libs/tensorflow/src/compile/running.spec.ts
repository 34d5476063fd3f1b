import { beforeAll, expect, test } from 'vitest';
import { compile, initEngine, tf } from '../index.ts';
import { nativeBackend } from '../engine/init-engine.ts';

beforeAll(async () => {
  await initEngine({ backend: 'libtensorflow', intraOpThreads: 1, interOpThreads: 1 });
});

const chain = (depth: number) => (a: tf.Tensor2D) => {
  let y = a;
  for (let i = 0; i < depth; i++) y = tf.tanh(tf.matMul(y, a));
  return y;
};

test('the event loop turns while a compiled function runs', async () => {
  const long = compile(chain(60));
  const a = tf.randomNormal([500, 500]) as tf.Tensor2D;
  tf.dispose(await long(a));
  let running = true;
  let longestGap = 0;
  let ticks = 0;
  const start = performance.now();
  let last = start;
  const timer = setInterval(() => {
    if (!running) return;
    ticks++;
    longestGap = Math.max(longestGap, performance.now() - last);
    last = performance.now();
  }, 2);
  const result = await long(a);
  running = false;
  const took = performance.now() - start;
  clearInterval(timer);
  result.dispose();
  expect(ticks).toBeGreaterThan(5);
  expect(longestGap).toBeLessThan(took / 2);
});

test('several functions and eager operations run at the same time', async () => {
  const f = compile(chain(8));
  const g = compile((x: tf.Tensor) => tf.sum(tf.square(x)));
  const a = tf.mul(tf.randomNormal([120, 120], 0, 1, 'float32', 3), 0.05) as tf.Tensor2D;
  const expected = chain(8)(a).dataSync();
  const calls = Array.from({ length: 12 }, (_, i) => (i % 3 === 2 ? g(a) : f(a)));
  for (let i = 0; i < 200; i++) {
    const [x] = tf.tidy(() => tf.add(tf.matMul(a, a), i).dataSync());
    expect(Number.isFinite(x)).toBe(true);
  }
  const results = await Promise.all(calls);
  results.forEach((r, i) => {
    if (i % 3 !== 2) expect(Array.from(r.dataSync().slice(0, 50))).toEqual(Array.from(expected.slice(0, 50)));
    r.dispose();
  });
});

/** Memory outside V8's heap, where tensors live; the heap itself grows and shrinks as V8 likes. */
function nativeBytes(): number {
  const { rss, heapTotal } = process.memoryUsage();
  return rss - heapTotal;
}

test('nothing leaks over a thousand calls', async () => {
  const { native } = nativeBackend()!;
  const w = tf.variable(tf.mul(tf.randomNormal([128, 128]), 0.05)) as tf.Variable<tf.Rank.R2>;
  const x = tf.randomNormal([128, 128]) as tf.Tensor2D;
  const step = compile((a: tf.Tensor2D) => {
    const { value, grads } = tf.variableGrads(() => tf.sum(tf.square(tf.matMul(a, w))) as tf.Scalar, [w]);
    w.assign(tf.sub(w, tf.mul(grads[w.name]!, 1e-6)));
    return { value, slope: grads[w.name]! };
  });
  const run = async (calls: number): Promise<void> => {
    for (let i = 0; i < calls; i++) {
      const r = await step(x);
      tf.tidy(() => tf.softmax(r.slope).dataSync());
      tf.dispose(r);
    }
  };
  await run(200);
  const before = {
    handles: native.liveHandles,
    tensors: tf.memory().numTensors,
    native: nativeBytes(),
  };
  await run(1000);
  // Fewer is fine: garbage collection frees what earlier tests left behind.
  expect(native.liveHandles).toBeLessThanOrEqual(before.handles);
  expect(tf.memory().numTensors).toBe(before.tensors);
  // One leaked [128, 128] tensor per call would be 65 MB.
  expect(nativeBytes() - before.native).toBeLessThan(40e6);
});
