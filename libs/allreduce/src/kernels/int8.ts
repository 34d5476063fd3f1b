import { apart, BLOCK, space, WORK } from './space.ts';

/**
 * Float32 as 8-bit whole numbers. Every 256 numbers have one scale, largest magnitude / 127, so a number is off by at most half of that. On
 * the wire: the scales as float32, then one byte per number. A block with a NaN or an infinity is read as NaN.
 */
export const INT8_BLOCK = 256;

/** Bytes of `length` numbers. */
export function int8Bytes(length: number): number {
  return 4 * Math.ceil(length / INT8_BLOCK) + length;
}

function parts(wire: Uint8Array, length: number): { scales: Float32Array; bytes: Int8Array } {
  const blocks = Math.ceil(length / INT8_BLOCK);
  return {
    scales: new Float32Array(wire.buffer, wire.byteOffset, blocks),
    bytes: new Int8Array(wire.buffer, wire.byteOffset + 4 * blocks, length),
  };
}

/**
 * Writes `values` (plus `residual`) to `wire`; `residual` then holds what was not written ("error feedback").
 * @param wire int8Bytes(values.length) bytes at a multiple of 4
 */
export function quantize(values: Float32Array, wire: Uint8Array, residual?: Float32Array): void {
  const { kernels, buffer } = space();
  const { scales, bytes } = parts(wire, values.length);
  const input = new Float32Array(buffer, WORK.a + apart(values.byteOffset), BLOCK);
  const rest = new Float32Array(buffer, WORK.b + apart(residual?.byteOffset ?? 0), BLOCK);
  const encoded = new Int8Array(buffer, WORK.c + apart(bytes.byteOffset), BLOCK);
  const [sum, lost] = [input.byteOffset, rest.byteOffset];
  const scaleAt = WORK.c + 2 * BLOCK;
  const scale = new Float32Array(buffer, scaleAt, 1);
  for (let at = 0; at < values.length; at += BLOCK) {
    const n = Math.min(BLOCK, values.length - at);
    input.set(values.subarray(at, at + n));
    if (residual) {
      rest.set(residual.subarray(at, at + n));
      kernels.addF32(sum, sum, lost, n);
    }
    for (let i = 0; i < n; i += INT8_BLOCK) {
      const count = Math.min(INT8_BLOCK, n - i);
      kernels.quantizeBlock(encoded.byteOffset + i, scaleAt, sum + 4 * i, count);
      scales[(at + i) / INT8_BLOCK] = scale[0] as number;
      if (residual) kernels.dequantizeBlock(lost + 4 * i, scale[0] as number, encoded.byteOffset + i, count);
    }
    bytes.set(n === BLOCK ? encoded : encoded.subarray(0, n), at);
    if (residual) {
      kernels.subF32(lost, sum, lost, n);
      residual.set(n === BLOCK ? rest : rest.subarray(0, n), at);
    }
  }
}

/** Reads numbers back. */
export function dequantize(wire: Uint8Array, target: Float32Array): void {
  const { kernels, buffer } = space();
  const { scales, bytes } = parts(wire, target.length);
  const input = new Int8Array(buffer, WORK.c + apart(bytes.byteOffset), BLOCK);
  const output = new Float32Array(buffer, WORK.a + apart(target.byteOffset), BLOCK);
  for (let at = 0; at < target.length; at += BLOCK) {
    const n = Math.min(BLOCK, target.length - at);
    input.set(bytes.subarray(at, at + n));
    for (let i = 0; i < n; i += INT8_BLOCK) {
      const count = Math.min(INT8_BLOCK, n - i);
      const step = scales[(at + i) / INT8_BLOCK] as number;
      kernels.dequantizeBlock(output.byteOffset + 4 * i, step, input.byteOffset + i, count);
    }
    target.set(n === BLOCK ? output : output.subarray(0, n), at);
  }
}
