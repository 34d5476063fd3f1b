import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { compile, initEngine, memory, tf } from '../index.ts';
import { nativeBackend } from '../engine/init-engine.ts';
import { chainOfLayers } from './in-place-layers.ts';

beforeAll(async () => {
  await initEngine({ backend: 'libtensorflow', intraOpThreads: 2, interOpThreads: 2 });
});

const list = (t: tf.Tensor): number[] => Array.from(t.dataSync());
const address = (t: tf.Tensor): number =>
  nativeBackend()!.withHandle(t.dataId, (h) => nativeBackend()!.native.address(h));

test('weights that a call reads and updates stay where they lie, and the reads see the old ones', async () => {
  const weight = (i: number): tf.Tensor => tf.mul(tf.randomNormal([64, 64], 0, 1, 'float32', i + 1), 0.125);
  const [byHand, compiled] = [chainOfLayers(6, 64, weight), chainOfLayers(6, 64, weight)];
  const x = tf.randomNormal([2, 64], 0, 1, 'float32', 9) as tf.Tensor2D;
  const gradient = tf.randomNormal([64, 64], 0, 1, 'float32', 10);
  const state = compiled.layers.flatMap(({ w, m, v }) => [w, m, v]);
  let places: number[] | undefined;
  let variables: unknown;
  for (let i = 0; i < 10; i++) {
    const want = byHand.plain(x, gradient);
    const got = list(await compiled.step(x, gradient));
    list(want).forEach((slope, j) => expect(got[j]).toBeCloseTo(slope, 4));
    // After the first call, which moves them into resources.
    places ??= state.map(address);
    variables ??= memory().variables;
    expect(state.map(address)).toEqual(places);
    expect(memory().variables).toEqual(variables);
  }
  byHand.layers.forEach(({ w }, i) => {
    const got = list(compiled.layers[i]!.w);
    list(w).forEach((value, j) => expect(got[j]).toBeCloseTo(value, 4));
  });
});

test('what was read before an assignment is old, however late it is used', async () => {
  const variables = Array.from({ length: 40 }, () => tf.variable(tf.zeros([2])));
  const f = compile((x: tf.Tensor) => {
    const old = variables.map((v) => tf.clone(v));
    for (const v of variables) v.assign(x as tf.Tensor1D);
    return [tf.stack(old), tf.stack(variables)] as const;
  });
  for (let i = 1; i <= 10; i++) {
    const [old, now] = await f(tf.fill([2], i));
    expect(new Set(list(old))).toEqual(new Set([i - 1]));
    expect(new Set(list(now))).toEqual(new Set([i]));
  }
});

test.runIf(process.platform === 'linux')('no second copy of the weights exists during a call', async () => {
  const program = fileURLToPath(new URL('in-place-child.ts', import.meta.url));
  const node = ['--no-warnings', '--expose-gc', '--import', import.meta.resolve('tsx')];
  // Every large buffer is then given back to the system when it is freed, so that RSS tells what exists.
  const env = { ...process.env, MALLOC_MMAP_THRESHOLD_: String(1 << 20) };
  const { stdout } = await promisify(execFile)(process.execPath, [...node, program], { env });
  const { peak, before, after } = JSON.parse(stdout) as { peak: number } & Record<
    'before' | 'after',
    { bytes: number }
  >;
  expect(after).toEqual(before);
  // The state of Adam is three times the weights, the gradient an eighth of them: a copy of them all would make it 1.4.
  expect(before.bytes).toBe(3 * 8 * 2048 * 2048 * 4);
  expect(peak / before.bytes).toBeLessThan(1.2);
});
