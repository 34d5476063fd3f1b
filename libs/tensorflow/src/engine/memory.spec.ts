import { beforeAll, describe, expect, test } from 'vitest';
import { compile, initEngine, memory, tensorView, tf } from '../index.ts';
import { formatBytes, machineMemory } from '../binding/machine-memory.ts';
import { nativeBackend } from './init-engine.ts';

beforeAll(async () => {
  await initEngine({ backend: 'libtensorflow', intraOpThreads: 1, interOpThreads: 1 });
});

test('the report follows tensors, variables, constants and views', async () => {
  const start = memory();
  const plain = tf.add(tf.zeros([1000]), 1);
  const middle = memory();
  // At least this tensor; the operands, in reach of garbage collection, count until it comes.
  expect(middle.tensors.bytes - start.tensors.bytes).toBeGreaterThanOrEqual(4000);
  plain.dispose();
  expect(middle.tensors.bytes - memory().tensors.bytes).toBe(4000);

  const variable = tf.tidy(() => tf.variable(tf.add(tf.zeros([500]), 1)));
  expect(memory().variables).toEqual({
    count: start.variables.count + 1,
    bytes: start.variables.bytes + 2000,
  });
  const big = Float32Array.from({ length: 3000 }, (_, i) => i);
  const f = compile(() => {
    variable.assign(tf.add(variable, tf.sum(tf.tensor1d(big))));
  });
  await f();
  const after = memory();
  // In a resource now, and still counted once.
  expect(after.variables.bytes - start.variables.bytes).toBe(2000);
  expect(after.constants.bytes - start.constants.bytes).toBe(12000);
  expect(after.total).toBe(after.variables.bytes + after.tensors.bytes + after.constants.bytes);
  expect(Object.values(after.byDtype).reduce((a, b) => a! + b!, 0)).toBe(after.total);
  const view = tensorView(variable);
  expect(memory().views.bytes - start.views.bytes).toBe(view.byteLength);
  f.dispose();
  variable.dispose();
  expect(memory().variables).toEqual(start.variables);
  expect(memory().constants).toEqual(start.constants);
});

test('the process’s memory is that of the machine or the container', () => {
  const { rss, available, limit } = memory().process;
  expect(rss).toBeGreaterThan(50e6);
  expect(available).toBeGreaterThan(0);
  expect(limit).toBeGreaterThanOrEqual(available);
  expect(limit).toBeGreaterThan(rss);
});

const PATTERN = /MatMul asked for .* \[1000000, 1000000\] \(3\.64 TiB\).*: .* of .* are free/;

test('a tensor that cannot be allocated is an error with the sizes', () => {
  const product = (): unknown => tf.matMul(tf.ones([1e6, 1]), tf.ones([1, 1e6]));
  let error: unknown;
  try {
    product();
  } catch (caught) {
    error = caught;
  }
  expect(error).toMatchObject({ code: 'OUT_OF_MEMORY', op: 'MatMul' });
  expect((error as Error).message).toMatch(PATTERN);
  expect((error as Error & { hint: string }).hint).toMatch(/batch size/);
  expect(tf.add(1, 2).dataSync()[0]).toBe(3);
});

test('a result larger than the machine’s memory is refused while tracing, with the line', async () => {
  const f = compile((x: tf.Tensor2D) => tf.sum(tf.matMul(x, x, false, true)), {
    name: 'huge',
    mode: 'graph',
  });
  const error = await f(tf.ones([1e6, 1])).catch((e: unknown) => e);
  expect(error).toMatchObject({ code: 'OUT_OF_MEMORY', op: 'MatMul' });
  expect((error as Error).message).toMatch(PATTERN);
  expect((error as Error).message).toMatch(/'huge' at .*memory\.spec\.ts:\d+/);
});

describe.runIf(process.platform === 'linux')(
  'what Linux would kill the process for is an error before',
  () => {
    const withRoom = async (bytes: number, work: () => Promise<void>): Promise<void> => {
      const { room } = nativeBackend()!.native;
      room.lookAgain();
      Object.defineProperty(room, 'bytes', { get: () => bytes, configurable: true });
      try {
        await work();
      } finally {
        Reflect.deleteProperty(room, 'bytes');
      }
    };
    const chain = (x: tf.Tensor): tf.Tensor => {
      const grown = tf.grad((y: tf.Tensor) => {
        for (let i = 0; i < 20; i++) y = tf.sin(y);
        return tf.sum(y);
      });
      return grown(x);
    };

    test('a compiled function whose temporaries add up to more than there is', async () => {
      const f = compile(chain, { name: 'deep' });
      const x = tf.ones([1 << 20]);
      await withRoom(60e6, async () => {
        const error = await f(x).catch((e: unknown) => e);
        expect(error).toMatchObject({ code: 'OUT_OF_MEMORY', op: 'deep' });
        expect((error as Error).message).toMatch(/about \((8\d|9\d) MiB\): .* are free/);
        expect((error as Error & { hint: string }).hint).toMatch(/batch size/);
      });
      await withRoom(200e6, async () => tf.dispose(await f(x)));
      tf.dispose(await f(x));
    });

    test('eager tensors that add up', async () => {
      const x = tf.add(tf.ones([1 << 20]), 1);
      await withRoom(6e6, async () => {
        expect(() => tf.add(x, 1)).toThrow(/AddV2|Add asked for a tensor \[1048576\] \(4 MiB\)/);
      });
      expect(tf.add(x, 1).dataSync()[0]).toBe(3);
    });
  },
);

test('bytes are written for people', () => {
  expect([0, 1023, 1536, 4e12].map(formatBytes)).toEqual(['0 bytes', '1020 bytes', '1.5 KiB', '3.64 TiB']);
  expect(machineMemory().limit).toBeGreaterThan(1e8);
});
