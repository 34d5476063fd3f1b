import { PretrainedError } from '../errors.ts';

/** Storage types of GGUF tensors that are read here, by their number in the file (ggml.h, `enum ggml_type`). */
export const GGML_TYPES = {
  0: { name: 'F32', values: 1, bytes: 4, dequantise: readF32 },
  1: { name: 'F16', values: 1, bytes: 2, dequantise: readF16 },
  30: { name: 'BF16', values: 1, bytes: 2, dequantise: readBf16 },
  2: { name: 'Q4_0', values: 32, bytes: 18, dequantise: readQ4of0 },
  3: { name: 'Q4_1', values: 32, bytes: 20, dequantise: readQ4of1 },
  6: { name: 'Q5_0', values: 32, bytes: 22, dequantise: readQ5of0 },
  7: { name: 'Q5_1', values: 32, bytes: 24, dequantise: readQ5of1 },
  8: { name: 'Q8_0', values: 32, bytes: 34, dequantise: readQ8of0 },
  12: { name: 'Q4_K', values: 256, bytes: 144, dequantise: readQ4K },
  14: { name: 'Q6_K', values: 256, bytes: 210, dequantise: readQ6K },
} as const satisfies Record<number, GgmlType>;

/** How a type stores values: in blocks of so many values and bytes. */
export interface GgmlType {
  name: string;
  /** values of a block */
  values: number;
  /** bytes of a block */
  bytes: number;
  /** Writes the block's values to `out` from `to` on. */
  dequantise: (block: DataView, at: number, out: Float32Array, to: number) => void;
}

/** @throws PretrainedError UNSUPPORTED_GGUF */
export function ggmlType(id: number, where: string): GgmlType {
  const type = (GGML_TYPES as Record<number, GgmlType>)[id];
  if (type) return type;
  const names = Object.values(GGML_TYPES).map(({ name }) => name);
  throw new PretrainedError(
    'UNSUPPORTED_GGUF',
    `${where} is stored as ggml type ${id}, which is not read here`,
    `Take a file that holds only ${names.join(', ')}: a Q4_0, Q4_1, Q8_0 or F16 one does.`,
  );
}

/**
 * The values of a tensor, as ggml's own `dequantize_row_*` computes them in float32.
 * @param bytes whole blocks, as they lie in the file
 */
export function dequantise(type: GgmlType, bytes: Uint8Array): Float32Array {
  const blocks = bytes.length / type.bytes;
  if (!Number.isInteger(blocks)) {
    throw new PretrainedError(
      'BAD_GGUF',
      `${bytes.length} bytes are no whole number of ${type.name} blocks of ${type.bytes}`,
      'Fetch the file again: it is damaged.',
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = new Float32Array(blocks * type.values);
  for (let i = 0; i < blocks; i++) type.dequantise(view, i * type.bytes, out, i * type.values);
  return out;
}

function readF32(view: DataView, at: number, out: Float32Array, to: number): void {
  out[to] = view.getFloat32(at, true);
}

function readF16(view: DataView, at: number, out: Float32Array, to: number): void {
  out[to] = half(view, at);
}

const bits = new DataView(new ArrayBuffer(4));

function readBf16(view: DataView, at: number, out: Float32Array, to: number): void {
  bits.setUint32(0, view.getUint16(at, true) << 16);
  out[to] = bits.getFloat32(0);
}

// Products of a 16-bit scale with codes of few bits are exact in float32, so one rounding, at the store, is all there is.

/** f16 scale, 16 bytes of nibbles: the low ones are values 0..15, the high ones 16..31. */
function readQ4of0(view: DataView, at: number, out: Float32Array, to: number): void {
  const scale = half(view, at);
  for (let i = 0; i < 16; i++) {
    const byte = view.getUint8(at + 2 + i);
    out[to + i] = scale * ((byte & 15) - 8);
    out[to + 16 + i] = scale * ((byte >> 4) - 8);
  }
}

/** As Q4_0 with an f16 minimum behind the scale. */
function readQ4of1(view: DataView, at: number, out: Float32Array, to: number): void {
  const scale = half(view, at);
  const min = half(view, at + 2);
  for (let i = 0; i < 16; i++) {
    const byte = view.getUint8(at + 4 + i);
    out[to + i] = scale * (byte & 15) + min;
    out[to + 16 + i] = scale * (byte >> 4) + min;
  }
}

/** f16 scale, 32 fifth bits, then nibbles as in Q4_0. */
function readQ5of0(view: DataView, at: number, out: Float32Array, to: number): void {
  const scale = half(view, at);
  const fifth = view.getUint32(at + 2, true);
  for (let i = 0; i < 16; i++) {
    const byte = view.getUint8(at + 6 + i);
    out[to + i] = scale * (((byte & 15) | (((fifth >>> i) & 1) << 4)) - 16);
    out[to + 16 + i] = scale * (((byte >> 4) | (((fifth >>> (i + 16)) & 1) << 4)) - 16);
  }
}

/** As Q5_0 with an f16 minimum behind the scale. */
function readQ5of1(view: DataView, at: number, out: Float32Array, to: number): void {
  const scale = half(view, at);
  const min = half(view, at + 2);
  const fifth = view.getUint32(at + 4, true);
  for (let i = 0; i < 16; i++) {
    const byte = view.getUint8(at + 8 + i);
    out[to + i] = scale * ((byte & 15) | (((fifth >>> i) & 1) << 4)) + min;
    out[to + 16 + i] = scale * ((byte >> 4) | (((fifth >>> (i + 16)) & 1) << 4)) + min;
  }
}

/** f16 scale, 32 signed bytes. */
function readQ8of0(view: DataView, at: number, out: Float32Array, to: number): void {
  const scale = half(view, at);
  for (let i = 0; i < 32; i++) out[to + i] = scale * view.getInt8(at + 2 + i);
}

/**
 * f16 scale of scales, f16 scale of minima, 12 bytes with eight 6-bit scales and minima, 128 bytes of nibbles: each 32 of
 * them hold one group of 32 values in the low and the next group in the high halves.
 */
function readQ4K(view: DataView, at: number, out: Float32Array, to: number): void {
  const scale = half(view, at);
  const minScale = half(view, at + 2);
  for (let group = 0; group < 8; group++) {
    const { factor, min } = scaleAndMin(view, at + 4, group);
    const [d, m] = [scale * factor, minScale * min];
    const [codes, shift] = [at + 16 + (group >> 1) * 32, (group & 1) * 4];
    for (let i = 0; i < 32; i++)
      out[to + group * 32 + i] = d * ((view.getUint8(codes + i) >> shift) & 15) - m;
  }
}

/** Of groups 0..3 the low 6 bits of bytes 0..3 and 4..7; of 4..7 the nibbles of bytes 8..11 with the high 2 bits of those. */
function scaleAndMin(view: DataView, at: number, group: number): { factor: number; min: number } {
  const byte = (i: number) => view.getUint8(at + i);
  if (group < 4) return { factor: byte(group) & 63, min: byte(group + 4) & 63 };
  const low = byte(group + 4);
  return {
    factor: (low & 15) | ((byte(group - 4) >> 6) << 4),
    min: (low >> 4) | ((byte(group) >> 6) << 4),
  };
}

/**
 * 128 bytes with the low nibbles, 64 with the high bit pairs, 16 signed scales of 16 values each, f16 scale of scales. Each half of
 * 128 values takes 64 bytes of nibbles (low halves: first 64 values) and 32 of pairs (pair j of a byte: values 32 j ...).
 */
function readQ6K(view: DataView, at: number, out: Float32Array, to: number): void {
  const scale = half(view, at + 208);
  for (let i = 0; i < 256; i++) {
    const [side, within] = [i >> 7, i & 127];
    const nibble = view.getUint8(at + side * 64 + (within & 63)) >> (within < 64 ? 0 : 4);
    const pair = view.getUint8(at + 128 + side * 32 + (within & 31)) >> ((within >> 5) * 2);
    const code = ((nibble & 15) | ((pair & 3) << 4)) - 32;
    out[to + i] = scale * view.getInt8(at + 192 + (i >> 4)) * code;
  }
}

/** IEEE 754 binary16 as a number. */
function half(view: DataView, at: number): number {
  return HALVES[view.getUint16(at, true)] as number;
}

/** All 65,536 of them: a model has millions of blocks. */
const HALVES = Float32Array.from({ length: 1 << 16 }, (_, pattern) => {
  const sign = pattern & 0x8000 ? -1 : 1;
  const exponent = (pattern >> 10) & 31;
  const fraction = pattern & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
});
