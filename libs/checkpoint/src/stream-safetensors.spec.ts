import { openStorage } from '@ovis/storage';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { HostTensors } from './host-tensors.ts';
import { encodeSafetensors } from './safetensors.ts';
import {
  readStored,
  storedAs,
  storedEqual,
  storedJoin,
  storedReshape,
  storedRows,
  storedTensors,
} from './stored-tensors.ts';
import { openSafetensors, safetensorsChunks } from './stream-safetensors.ts';

const folder = await mkdtemp(join(tmpdir(), 'ovis-safetensors-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const storage = openStorage(pathToFileURL(folder).href);

/** The large one takes two chunks of 8 MiB, the second one not full. */
const LARGE = 3 * 2 ** 20 + 5;
const tensors: HostTensors = {
  large: { dtype: 'F32', shape: [LARGE], data: Float32Array.from({ length: LARGE }, (_, i) => i / 7) },
  counts: { dtype: 'I32', shape: [2, 2], data: Int32Array.of(1, 2, 3, 4) },
  halves: { dtype: 'BF16', shape: [3, 1], data: Uint16Array.of(0x3f80, 0x4000, 0x4040) },
  scalar: { dtype: 'F32', shape: [], data: Float32Array.of(7) },
  nothing: { dtype: 'F32', shape: [0, 4], data: new Float32Array(0) },
};

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return new Uint8Array(Buffer.concat(parts));
}

describe('a file in a stream', () => {
  it('has the bytes of the same file in memory, and is read tensor by tensor', async () => {
    const { bytes, chunks } = safetensorsChunks(storedTensors(tensors), { format: 'pt' });
    await storage.putChunks('a.safetensors', chunks);
    const file = await storage.get('a.safetensors');
    expect(file.length).toBe(bytes);
    expect(Buffer.compare(file, encodeSafetensors(tensors, { format: 'pt' }))).toBe(0);
    const opened = await openSafetensors(storage, 'a.safetensors');
    expect(opened.metadata).toEqual({ format: 'pt' });
    for (const [name, tensor] of Object.entries(opened.tensors)) {
      const { dtype, shape, data } = await readStored(tensor);
      const { data: written, ...rest } = tensors[name]!;
      expect({ dtype, shape }).toEqual(rest);
      expect(Buffer.compare(Buffer.from(data.buffer), Buffer.from(written.buffer))).toBe(0);
    }
    expect(Object.keys(opened.tensors).sort()).toEqual(Object.keys(tensors).sort());
  });

  it('converts floats on the way and leaves the rest', async () => {
    const file = await collect(safetensorsChunks(storedAs(storedTensors(tensors), 'F16')).chunks);
    await storage.put('half.safetensors', file);
    const { tensors: half } = await openSafetensors(storage, 'half.safetensors');
    expect(await readStored(half['halves']!)).toEqual({
      dtype: 'F16',
      shape: [3, 1],
      data: Uint16Array.of(0x3c00, 0x4000, 0x4200),
    });
    expect(half['counts']?.dtype).toBe('I32');
    expect(half['large']?.dtype).toBe('F16');
    expect(await readStored(storedAs(half, 'F32')['scalar']!)).toEqual(tensors['scalar']);
  });

  it.each([
    ['cut off', (file: Uint8Array) => file.subarray(0, file.length - 1), 'does not fit bytes'],
    ['longer', (file: Uint8Array) => Buffer.concat([file, Buffer.of(0)]), 'its header describes'],
    ['no header', () => Buffer.of(1, 2, 3), 'too few for a header'],
    ['a page', () => Buffer.from('<!doctype html><html>'), 'the header would have'],
  ])('refuses a file that is %s, with its place', async (_, change, message) => {
    const small = encodeSafetensors({ counts: tensors['counts']! });
    await storage.put('bad.safetensors', change(small));
    const opened = openSafetensors(storage, 'bad.safetensors');
    await expect(opened).rejects.toThrow(message);
    await expect(opened).rejects.toThrow(`${storage.url}/bad.safetensors`);
    await expect(opened).rejects.toMatchObject({ code: 'BAD_SAFETENSORS' });
  });

  it('a missing file is the storage`s error', async () => {
    await expect(openSafetensors(storage, 'none.safetensors')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('views of stored tensors', () => {
  const data = Float32Array.from({ length: 24 }, (_, i) => i);
  const { whole } = storedTensors({ whole: { dtype: 'F32', shape: [6, 4], data } }) as {
    whole: ReturnType<typeof storedTensors>[string];
  };

  it('rows, joined again in another order, across pieces', async () => {
    const [a, b, c] = [storedRows(whole, 0, 2), storedRows(whole, 2, 5), storedRows(whole, 5, 6)];
    const turned = storedJoin([c, a, b]);
    expect((await readStored(turned)).data).toEqual(
      Float32Array.of(...data.subarray(20), ...data.subarray(0, 20)),
    );
    expect((await readStored(storedRows(turned, 0, 4))).data).toEqual(
      Float32Array.of(...data.subarray(20), ...data.subarray(0, 12)),
    );
    expect(await storedEqual(storedJoin([storedRows(turned, 1, 6), storedRows(turned, 0, 1)]), whole)).toBe(
      true,
    );
    expect(await storedEqual(turned, whole)).toBe(false);
    expect(storedReshape(turned, [2, 12]).shape).toEqual([2, 12]);
  });

  it('refuses what does not fit', () => {
    expect(() => storedRows(whole, 4, 7)).toThrow('rows 4 to 7 are not among the 6 of [6, 4]');
    expect(() => storedReshape(whole, [5, 5])).toThrow('[6, 4] has no shape [5, 5]');
    expect(() => storedJoin([whole, storedReshape(whole, [4, 6])])).toThrow('cannot be joined');
  });
});
