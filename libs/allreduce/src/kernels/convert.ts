import { apart, BLOCK, space, WORK } from './space.ts';

/** All numbers of a buffer as 16-bit floats. */
export function encodeHalves(
  dtype: 'bf16' | 'f16',
  values: Float32Array,
  data = new Uint16Array(values.length),
): Uint16Array {
  const { kernels, buffer } = space();
  const encode = dtype === 'bf16' ? kernels.encodeBf16 : kernels.encodeF16;
  const input = new Float32Array(buffer, WORK.a + apart(values.byteOffset), BLOCK);
  const output = new Uint16Array(buffer, WORK.b + apart(data.byteOffset), BLOCK);
  for (let at = 0; at < values.length; at += BLOCK) {
    const n = Math.min(BLOCK, values.length - at);
    input.set(values.subarray(at, at + n));
    encode(output.byteOffset, input.byteOffset, n);
    data.set(n === BLOCK ? output : output.subarray(0, n), at);
  }
  return data;
}

export function decodeHalves(dtype: 'bf16' | 'f16', data: Uint16Array, target: Float32Array): void {
  const { kernels, buffer } = space();
  const decode = dtype === 'bf16' ? kernels.decodeBf16 : kernels.decodeF16;
  const input = new Uint16Array(buffer, WORK.a + apart(data.byteOffset), BLOCK);
  const output = new Float32Array(buffer, WORK.b + apart(target.byteOffset), BLOCK);
  for (let at = 0; at < data.length; at += BLOCK) {
    const n = Math.min(BLOCK, data.length - at);
    input.set(data.subarray(at, at + n));
    decode(output.byteOffset, input.byteOffset, n);
    target.set(n === BLOCK ? output : output.subarray(0, n), at);
  }
}
