import { beforeAll, expect, test } from 'vitest';
import { compile, initEngine, tensorOver, tf } from '../index.ts';
import { nativeBackend } from '../engine/init-engine.ts';
import { BACKEND, startEngine } from '../../test/engine.ts';

beforeAll(startEngine);

/** An array that begins at a multiple of 64 bytes. */
async function aligned(length: number): Promise<Float32Array> {
  const { addressOf } = await import('../binding/library.ts');
  const room = new Float32Array(length + 16);
  return room.subarray(((64 - (addressOf(room) % 64)) % 64) / 4).subarray(0, length);
}

test.runIf(BACKEND === 'wasm')('there is none on WASM', () => {
  expect(tensorOver(new Float32Array(16))).toBeUndefined();
});

test.skipIf(BACKEND === 'wasm')(
  'shares memory with the array, eagerly and in compiled functions',
  async () => {
    await initEngine();
    const { native } = nativeBackend()!;
    const before = native.liveHandles;
    const data = (await aligned(1000)).fill(1);
    const x = tensorOver(data)!;
    const sum = compile((t: tf.Tensor) => tf.sum(t));
    const captured = compile(() => tf.sum(x));
    const sums = async () => [
      tf.tidy(() => tf.sum(x).dataSync()[0]),
      (await sum(x)).dataSync()[0],
      (await captured()).dataSync()[0],
    ];
    expect(await sums()).toEqual([1000, 1000, 1000]);
    data.fill(3);
    expect(await sums()).toEqual([3000, 3000, 3000]);
    // What TensorFlow computes from it goes elsewhere.
    tf.tidy(() => void tf.add(x, 1).dataSync());
    expect(data.every((value) => value === 3)).toBe(true);
    expect(native.address(nativeBackend()!.handle(x.dataId)) % 64).toBe(0);
    x.dispose();
    expect(native.liveHandles).toBeLessThanOrEqual(before + 4);
  },
);

test.skipIf(BACKEND === 'wasm')('a variable over it is read where it lies', async () => {
  const data = (await aligned(64)).fill(2);
  const over = tensorOver(data)!;
  const v = tf.variable(over);
  over.dispose();
  const sum = compile(() => tf.sum(v));
  expect((await sum()).dataSync()[0]).toBe(128);
  data[0] = 10;
  expect((await sum()).dataSync()[0]).toBe(136);
  v.dispose();
});

test.skipIf(BACKEND === 'wasm')('an array at another address is left alone', async () => {
  const data = await aligned(100);
  expect(tensorOver(data.subarray(1))).toBeUndefined();
  expect(tensorOver(data.subarray(0, 0))).toBeUndefined();
});
