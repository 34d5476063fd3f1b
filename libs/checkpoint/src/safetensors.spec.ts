import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toFloat32 } from './float16.ts';
import type { HostTensors } from './host-tensors.ts';
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts';

const fixture = (name: string): Uint8Array => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));

const tensors: HostTensors = {
  'b.f32': { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1, -2, 0.5, NaN) },
  'a.f32': { dtype: 'F32', shape: [], data: Float32Array.of(7) },
  half: { dtype: 'F16', shape: [3], data: Uint16Array.of(0x3c00, 0xc000, 0x0001) },
  brain: { dtype: 'BF16', shape: [2], data: Uint16Array.of(0x3f80, 0xc040) },
  ints: { dtype: 'I32', shape: [1, 3], data: Int32Array.of(-1, 2 ** 31 - 1, 0) },
  longs: { dtype: 'I64', shape: [2], data: BigInt64Array.of(-5n, 2n ** 62n) },
  bytes: { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 255) },
  none: { dtype: 'F32', shape: [0, 4], data: new Float32Array(0) },
};

function header(file: Uint8Array): { length: number; json: string } {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  return { length, json: new TextDecoder().decode(file.subarray(8, 8 + length)) };
}

/** A file with a header of one's own making. */
function fileOf(json: string, dataBytes: number): Uint8Array {
  const head = new TextEncoder().encode(json);
  const file = new Uint8Array(8 + head.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(head.length), true);
  file.set(head, 8);
  return file;
}

describe('safetensors', () => {
  it('has the bytes that the format says', () => {
    const file = encodeSafetensors({ x: { dtype: 'I32', shape: [2], data: Int32Array.of(1, -2) } });
    const json = '{"x":{"dtype":"I32","shape":[2],"data_offsets":[0,8]}}';
    const expected = Buffer.concat([
      Buffer.from([56, 0, 0, 0, 0, 0, 0, 0]),
      Buffer.from(json.padEnd(56, ' ')),
      Buffer.from([1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff]),
    ]);
    expect(Buffer.from(file).toString('latin1')).toBe(expected.toString('latin1'));
  });

  it.each(['official-f32.safetensors', 'official-mixed.safetensors'])(
    'writes %s as the official library does',
    (name) => {
      const official = fixture(name);
      const { tensors: read, metadata } = decodeSafetensors(official);
      expect(Buffer.compare(encodeSafetensors(read, metadata), official)).toBe(0);
    },
  );

  it('reads values and metadata of the official library', () => {
    const { tensors: read, metadata } = decodeSafetensors(fixture('official-mixed.safetensors'));
    expect(metadata).toEqual({ multimodal_max_length: '118' });
    expect([...new Set(Object.values(read).map((tensor) => tensor.dtype))].sort()).toEqual([
      'F32',
      'I32',
      'U8',
    ]);
    const soft = decodeSafetensors(fixture('official-f32.safetensors')).tensors['tokens.softmax'];
    expect(soft?.shape).toEqual([1, 4, 126]);
    const rows = [0, 1, 2, 3].map((row) => (soft?.data as Float32Array).subarray(row * 126, (row + 1) * 126));
    for (const row of rows) expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  });

  it('reads back every dtype, in any order of writing', () => {
    const file = encodeSafetensors(tensors, { step: '3' });
    expect(decodeSafetensors(file)).toEqual({ tensors, metadata: { step: '3' } });
    const reversed = Object.fromEntries(Object.entries(tensors).reverse());
    expect(Buffer.compare(encodeSafetensors(reversed, { step: '3' }), file)).toBe(0);
    expect(header(file).length % 8).toBe(0);
  });

  it('shares memory when aligned and copies when not', () => {
    const file = encodeSafetensors(tensors);
    for (const { data } of Object.values(decodeSafetensors(file).tensors))
      expect(data.buffer).toBe(file.buffer);
    const shifted = new Uint8Array(file.length + 1).subarray(1);
    shifted.set(file);
    const { tensors: copied } = decodeSafetensors(shifted);
    expect(copied).toEqual(tensors);
    expect(copied['b.f32']?.data.buffer).not.toBe(shifted.buffer);
    expect(copied.bytes?.data.buffer).toBe(shifted.buffer);
  });

  it('turns the float types into F32', () => {
    expect(toFloat32(tensors.half!)).toEqual(Float32Array.of(1, -2, 2 ** -24));
    expect(toFloat32(tensors.brain!)).toEqual(Float32Array.of(1, -3));
    expect(toFloat32(tensors['a.f32']!)).toBe(tensors['a.f32']!.data);
    expect(() => toFloat32(tensors.ints!)).toThrow(/I32/);
  });

  it.each([
    ['too short', new Uint8Array(5)],
    ['a header longer than the file', fileOf('{}', 0).fill(255, 0, 1)],
    ['no JSON', fileOf('{"x":', 0)],
    ['a list', fileOf('[]', 0)],
    ['an unknown dtype', fileOf('{"x":{"dtype":"F9","shape":[1],"data_offsets":[0,4]}}', 4)],
    ['a negative side', fileOf('{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', 4)],
    ['wrong size', fileOf('{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', 4)],
    ['data beyond the file', fileOf('{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', 4)],
    ['bytes behind the data', fileOf('{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 5)],
    ['a gap', fileOf('{"x":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}', 2)],
    [
      'an overlap',
      fileOf(
        '{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"y":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}',
        3,
      ),
    ],
  ])('refuses a file with %s', (_, file) => {
    expect(() => decodeSafetensors(file)).toThrow(expect.objectContaining({ code: 'BAD_SAFETENSORS' }));
  });

  it('refuses data that does not fit its shape', () => {
    const wrong: HostTensors = { w: { dtype: 'F32', shape: [2, 3], data: new Float32Array(5) } };
    expect(() => encodeSafetensors(wrong)).toThrow(/'w' of F32 \[2, 3\] needs 6 elements/);
    const type: HostTensors = { w: { dtype: 'F32', shape: [2], data: new Uint16Array(2) } };
    expect(() => encodeSafetensors(type)).toThrow(/Uint16Array/);
  });
});
