import { fromBf16, fromF16, toBf16, toF16 } from './half.ts';
import { BLOCK, WORK, workspace } from './workspace.ts';

/** All numbers of a buffer as 16-bit floats. */
export function encodeHalves(
  dtype: 'bf16' | 'f16',
  values: Float32Array,
  data = new Uint16Array(values.length),
): Uint16Array {
  const space = workspace();
  if (!space) return encodeHalvesPlain(dtype, values, data);
  const encode = dtype === 'bf16' ? space.kernels.encodeBf16 : space.kernels.encodeF16;
  const input = new Float32Array(space.buffer, WORK.a, BLOCK);
  const output = new Uint16Array(space.buffer, WORK.b, BLOCK);
  for (let at = 0; at < values.length; at += BLOCK) {
    const n = Math.min(BLOCK, values.length - at);
    input.set(values.subarray(at, at + n));
    encode(WORK.b, WORK.a, n);
    data.set(n === BLOCK ? output : output.subarray(0, n), at);
  }
  return data;
}

export function decodeHalves(dtype: 'bf16' | 'f16', data: Uint16Array, target: Float32Array): void {
  const space = workspace();
  if (!space) return decodeHalvesPlain(dtype, data, target);
  const decode = dtype === 'bf16' ? space.kernels.decodeBf16 : space.kernels.decodeF16;
  const input = new Uint16Array(space.buffer, WORK.a, BLOCK);
  const output = new Float32Array(space.buffer, WORK.b, BLOCK);
  for (let at = 0; at < data.length; at += BLOCK) {
    const n = Math.min(BLOCK, data.length - at);
    input.set(data.subarray(at, at + n));
    decode(WORK.b, WORK.a, n);
    target.set(n === BLOCK ? output : output.subarray(0, n), at);
  }
}

/** The definition of {@link encodeHalves}. */
export function encodeHalvesPlain(
  dtype: 'bf16' | 'f16',
  values: Float32Array,
  data: Uint16Array,
): Uint16Array {
  const to = dtype === 'bf16' ? toBf16 : toF16;
  for (let i = 0; i < values.length; i += 1) data[i] = to(values[i] as number);
  return data;
}

/** The definition of {@link decodeHalves}. */
export function decodeHalvesPlain(dtype: 'bf16' | 'f16', data: Uint16Array, target: Float32Array): void {
  const from = dtype === 'bf16' ? fromBf16 : fromF16;
  for (let i = 0; i < data.length; i += 1) target[i] = from(data[i] as number);
}
