import { fromBf16, fromF16, toBf16, toF16 } from './half.ts';
import type { Kernels } from './wasm.ts';

/** The definition of the kernels: what WebAssembly must equal bit by bit, and what runs where it cannot. */
export function plainKernels(buffer: ArrayBuffer): Kernels {
  const view = new DataView(buffer);
  const f32 = (at: number, i: number) => view.getFloat32(at + 4 * i, true);
  const i32 = (at: number, i: number) => view.getInt32(at + 4 * i, true);
  const setF32 = (at: number, i: number, x: number) => view.setFloat32(at + 4 * i, x, true);
  type Pair = (target: number, a: number, b: number, n: number) => void;
  const floats =
    (combine: (a: number, b: number) => number): Pair =>
    (target, a, b, n) => {
      for (let i = 0; i < n; i += 1) setF32(target, i, combine(f32(a, i), f32(b, i)));
    };
  const wholes =
    (combine: (a: number, b: number) => number): Pair =>
    (target, a, b, n) => {
      for (let i = 0; i < n; i += 1) view.setInt32(target + 4 * i, combine(i32(a, i), i32(b, i)), true);
    };
  const decode = (from: (x: number) => number) => (target: number, source: number, n: number) => {
    for (let i = 0; i < n; i += 1) setF32(target, i, from(view.getUint16(source + 2 * i, true)));
  };
  const encode = (to: (x: number) => number) => (target: number, source: number, n: number) => {
    for (let i = 0; i < n; i += 1) view.setUint16(target + 2 * i, to(f32(source, i)), true);
  };
  const { fround } = Math;
  return {
    hash: (source, bytes) => plainHash(new Uint8Array(buffer, source, bytes)),
    addF32: floats((a, b) => a + b),
    subF32: floats((a, b) => a - b),
    minF32: floats(Math.min),
    maxF32: floats(Math.max),
    scaleF32: (target, source, factor, n) => {
      for (let i = 0; i < n; i += 1) setF32(target, i, f32(source, i) * fround(factor));
    },
    addF32Hashed: (target, a, b, factor, n, hashOfA) => {
      view.setInt32(hashOfA, plainHash(new Uint8Array(buffer, a, 4 * n)), true);
      for (let i = 0; i < n; i += 1) setF32(target, i, fround(f32(a, i) + f32(b, i)) * fround(factor));
      return plainHash(new Uint8Array(buffer, target, 4 * n));
    },
    addF32Twice: (a, b, factor, n) => {
      for (let i = 0; i < n; i += 1) {
        const sum = fround(fround(f32(a, i) + f32(b, i)) * fround(factor));
        setF32(a, i, sum);
        setF32(b, i, sum);
      }
    },
    addI32: wholes((a, b) => (a + b) | 0),
    minI32: wholes(Math.min),
    maxI32: wholes(Math.max),
    decodeBf16: decode(fromBf16),
    encodeBf16: encode(toBf16),
    decodeF16: decode(fromF16),
    encodeF16: encode(toF16),
    quantizeBlock: (target, scale, source, n) => {
      let largest = 0;
      for (let i = 0; i < n; i += 1) largest = Math.max(largest, Math.abs(f32(source, i)));
      const step = fround(largest / 127);
      setF32(scale, 0, step);
      const inverse = step > 0 ? fround(1 / step) : 0;
      for (let i = 0; i < n; i += 1) {
        const rounded = roundHalfEven(fround(f32(source, i) * inverse));
        view.setInt8(target + i, Number.isNaN(rounded) ? 0 : Math.max(-128, Math.min(127, rounded)));
      }
    },
    dequantizeBlock: (target, scale, source, n) => {
      for (let i = 0; i < n; i += 1) setF32(target, i, view.getInt8(source + i) * fround(scale));
    },
  };
}

/** The checksum of frames: see kernels/hash.ts. */
function plainHash(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const seeds = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344];
  const sums = Int32Array.from({ length: 16 }, (_, i) => seeds[i >> 2] as number);
  const wide = bytes.byteLength & ~63;
  for (let i = 0; i < wide; i += 4) {
    const lane = (i >> 2) & 15;
    const sum = sums[lane] as number;
    sums[lane] = (((sum << 7) | (sum >>> 25)) + view.getInt32(i, true)) | 0;
  }
  let result = bytes.byteLength | 0;
  const mix = (word: number) => {
    result = Math.imul(((result << 13) | (result >>> 19)) ^ word, 0x5bd1e995);
  };
  for (let i = wide; i < bytes.byteLength; i += 4) {
    let word = 0;
    for (let byte = 0; byte < 4 && i + byte < bytes.byteLength; byte += 1)
      word |= (bytes[i + byte] as number) << (8 * byte);
    mix(word);
  }
  for (const sum of sums) mix(sum);
  return result ^ (result >>> 15);
}

function roundHalfEven(x: number): number {
  const down = Math.floor(x);
  if (x - down !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
}
