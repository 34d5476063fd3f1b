import { BLOCK, WORK, workspace, type Workspace } from './workspace.ts';

/**
 * Float32 as 8-bit whole numbers. Every 256 numbers have one scale, largest magnitude / 127, so a number is off by at most half of that. On
 * the wire: the scales as float32, then one byte per number. A block with a NaN or an infinity is read as NaN.
 */
export const INT8_BLOCK = 256;

/** Bytes of `length` numbers. */
export function int8Bytes(length: number): number {
  return 4 * Math.ceil(length / INT8_BLOCK) + length;
}

/**
 * Writes `values` (plus `residual`) to `wire`; `residual` then holds what was not written ("error feedback").
 * @param wire int8Bytes(values.length) bytes at a multiple of 4
 */
export function quantize(values: Float32Array, wire: Uint8Array, residual?: Float32Array): void {
  const space = workspace();
  if (space) quantizeFast(space, values, wire, residual);
  else quantizePlain(values, wire, residual);
}

/** Reads numbers back. */
export function dequantize(wire: Uint8Array, target: Float32Array): void {
  const space = workspace();
  if (space) dequantizeFast(space, wire, target);
  else dequantizePlain(wire, target);
}

function parts(wire: Uint8Array, length: number): { scales: Float32Array; bytes: Int8Array } {
  const blocks = Math.ceil(length / INT8_BLOCK);
  return {
    scales: new Float32Array(wire.buffer, wire.byteOffset, blocks),
    bytes: new Int8Array(wire.buffer, wire.byteOffset + 4 * blocks, length),
  };
}

function quantizeFast(
  { kernels, buffer }: Workspace,
  values: Float32Array,
  wire: Uint8Array,
  residual: Float32Array | undefined,
): void {
  const { scales, bytes } = parts(wire, values.length);
  const input = new Float32Array(buffer, WORK.a, BLOCK);
  const rest = new Float32Array(buffer, WORK.b, BLOCK);
  const encoded = new Int8Array(buffer, WORK.c, BLOCK);
  const scaleAt = WORK.c + BLOCK;
  const scale = new Float32Array(buffer, scaleAt, 1);
  for (let at = 0; at < values.length; at += BLOCK) {
    const n = Math.min(BLOCK, values.length - at);
    input.set(values.subarray(at, at + n));
    if (residual) {
      rest.set(residual.subarray(at, at + n));
      kernels.addF32(WORK.a, WORK.a, WORK.b, n);
    }
    for (let i = 0; i < n; i += INT8_BLOCK) {
      const count = Math.min(INT8_BLOCK, n - i);
      kernels.quantizeBlock(WORK.c + i, scaleAt, WORK.a + 4 * i, count);
      scales[(at + i) / INT8_BLOCK] = scale[0] as number;
      if (residual) kernels.dequantizeBlock(WORK.b + 4 * i, scale[0] as number, WORK.c + i, count);
    }
    bytes.set(n === BLOCK ? encoded : encoded.subarray(0, n), at);
    if (residual) {
      kernels.subF32(WORK.b, WORK.a, WORK.b, n);
      residual.set(n === BLOCK ? rest : rest.subarray(0, n), at);
    }
  }
}

function dequantizeFast({ kernels, buffer }: Workspace, wire: Uint8Array, target: Float32Array): void {
  const { scales, bytes } = parts(wire, target.length);
  const input = new Int8Array(buffer, WORK.c, BLOCK);
  const output = new Float32Array(buffer, WORK.a, BLOCK);
  for (let at = 0; at < target.length; at += BLOCK) {
    const n = Math.min(BLOCK, target.length - at);
    input.set(bytes.subarray(at, at + n));
    for (let i = 0; i < n; i += INT8_BLOCK) {
      const count = Math.min(INT8_BLOCK, n - i);
      kernels.dequantizeBlock(WORK.a + 4 * i, scales[(at + i) / INT8_BLOCK] as number, WORK.c + i, count);
    }
    target.set(n === BLOCK ? output : output.subarray(0, n), at);
  }
}

/** The definition of {@link quantize}: every operation is rounded to float32. */
export function quantizePlain(values: Float32Array, wire: Uint8Array, residual?: Float32Array): void {
  const { scales, bytes } = parts(wire, values.length);
  const { fround } = Math;
  const sum = residual ? values.map((x, i) => x + (residual[i] as number)) : values;
  for (let block = 0; block < scales.length; block += 1) {
    const begin = block * INT8_BLOCK;
    const end = Math.min(begin + INT8_BLOCK, values.length);
    let largest = 0;
    for (let i = begin; i < end; i += 1) largest = Math.max(largest, Math.abs(sum[i] as number));
    const step = fround(largest / 127);
    scales[block] = step;
    const inverse = step > 0 ? fround(1 / step) : 0;
    for (let i = begin; i < end; i += 1) {
      const scaled = roundHalfEven(fround((sum[i] as number) * inverse));
      bytes[i] = Number.isNaN(scaled) ? 0 : Math.max(-128, Math.min(127, scaled));
      if (residual) residual[i] = (sum[i] as number) - fround((bytes[i] as number) * step);
    }
  }
}

/** The definition of {@link dequantize}. */
export function dequantizePlain(wire: Uint8Array, target: Float32Array): void {
  const { scales, bytes } = parts(wire, target.length);
  for (let i = 0; i < target.length; i += 1)
    target[i] = (bytes[i] as number) * (scales[Math.floor(i / INT8_BLOCK)] as number);
}

function roundHalfEven(x: number): number {
  const down = Math.floor(x);
  const rest = x - down;
  if (rest !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
}
