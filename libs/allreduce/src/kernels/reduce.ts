import type { Kernels } from './wasm.ts';
import { apart, BLOCK, inSpace, space, WORK } from './space.ts';

/** What a reduction does to the ranks' numbers. `mean` is the sum times `1 / world`, rounded once more. */
export type ReduceOp = 'sum' | 'mean' | 'min' | 'max';
export const reduceOps: readonly ReduceOp[] = ['sum', 'mean', 'min', 'max'];

/** Numbers of a buffer: float32, int32, and the two 16-bit floats, which lie in Uint16Arrays. */
export type Dtype = 'f32' | 'i32' | 'f16' | 'bf16';
export const dtypes: readonly Dtype[] = ['f32', 'i32', 'f16', 'bf16'];

export type Numbers = Float32Array | Int32Array | Uint16Array;

/** Bytes of a number. */
export const itemBytes: Record<Dtype, number> = { f32: 4, i32: 4, f16: 2, bf16: 2 };

/** What is multiplied with a sum: 1, but for a mean. */
export function factorOf(op: ReduceOp, world: number): number {
  return op === 'mean' ? Math.fround(1 / world) : 1;
}

/**
 * Elements [begin, end) of `target`, which may be one of the `parts`: the parts' elements in the order of `parts`, one after the other.
 *
 * - f32: rounded to float32 after each addition; sums are then multiplied by `factor` in float32.
 * - f16, bf16: computed in float32, rounded once at the end.
 * - i32: sums wrap around as 32-bit numbers do. There is no mean.
 * - min, max: NaN wins.
 *
 * @param factor of a sum or mean; default that of a mean over the parts
 */
export function reduceRange(
  op: ReduceOp,
  dtype: Dtype,
  target: Numbers,
  parts: readonly Numbers[],
  begin: number,
  end: number,
  factor: number = factorOf(op, parts.length),
): void {
  const { kernels, buffer } = space();
  const item = itemBytes[dtype];
  const half = item === 2;
  const step = stepOf(kernels, op, dtype);
  const out = bitsOf(target);
  /** A block's result as numbers of the target's kind, and the sum in 32 bits before it. */
  const result = viewOf(half, buffer, WORK.c + apart(out.byteOffset + begin * item));
  const sum = half ? WORK.a : result.byteOffset;
  const sources = parts.map((part, r) => {
    const bits = bitsOf(part);
    const at = apart(bits.byteOffset + begin * item);
    return { bits, copy: viewOf(half, buffer, (half ? WORK.c : r === 0 ? WORK.a : WORK.b) + at) };
  });
  /** Brings a part's block here, where it is not. @returns where it lies as 32-bit numbers */
  const load = (r: number, at: number, n: number): number => {
    const { bits, copy } = sources[r] as (typeof sources)[number];
    let from = bits.byteOffset + at * item;
    if (bits.buffer !== buffer) {
      copy.set(bits.subarray(at, at + n));
      from = copy.byteOffset;
    }
    if (!half) return from;
    const place = r === 0 ? WORK.a : WORK.b;
    decoderOf(kernels, dtype)(place, from, n);
    return place;
  };
  for (let at = begin; at < end; at += BLOCK) {
    const n = Math.min(BLOCK, end - at);
    const first = load(0, at, n);
    if (parts.length === 1) out.set((sources[0] as (typeof sources)[number]).bits.subarray(at, at + n), at);
    if (parts.length === 1) continue;
    for (let r = 1; r < parts.length; r += 1) step(sum, r === 1 ? first : sum, load(r, at, n), n);
    if (factor !== 1) kernels.scaleF32(sum, sum, factor, n);
    if (half) encoderOf(kernels, dtype)(result.byteOffset, sum, n);
    out.set(n === BLOCK ? result : result.subarray(0, n), at);
  }
}

/**
 * `they op own`, a sum times `factor`; rounded as {@link reduceRange} does.
 * @param address of their numbers in the space
 * @param own as many numbers anywhere
 * @param result where in the space the result goes: `address` (default), or apart from it; may be where `own` lies
 * @returns the frame checksums (`hash`) of their numbers and of the result, where {@link isHashed}
 */
export function combine(
  address: number,
  own: Numbers,
  { op, dtype, factor }: { op: ReduceOp; dtype: Dtype; factor: number },
  result = address,
): { incoming: number; result: number } | undefined {
  const { kernels, buffer } = space();
  const item = itemBytes[dtype];
  const half = item === 2;
  const step = stepOf(kernels, op, dtype);
  const bits = bitsOf(own);
  const here = bits.buffer === buffer;
  if (isHashed(own, { op, dtype })) {
    const { byteOffset, length } = bits;
    const hashed = kernels.addF32Hashed(result, address, byteOffset, factor, length, WORK.hash);
    return { incoming: new DataView(buffer).getUint32(WORK.hash, true), result: hashed >>> 0 };
  }
  const copy = viewOf(half, buffer, (half ? WORK.c : WORK.b) + apart(bits.byteOffset));
  for (let at = 0; at < bits.length; at += BLOCK) {
    const n = Math.min(BLOCK, bits.length - at);
    const they = address + at * item;
    const target = result + at * item;
    if (!here) copy.set(bits.subarray(at, at + n));
    const mine = here ? bits.byteOffset + at * item : copy.byteOffset;
    if (half) {
      const [decode, encode] = [decoderOf(kernels, dtype), encoderOf(kernels, dtype)];
      decode(WORK.a, they, n);
      decode(WORK.b, mine, n);
      step(WORK.a, WORK.a, WORK.b, n);
      if (factor !== 1) kernels.scaleF32(WORK.a, WORK.a, factor, n);
      encode(target, WORK.a, n);
    } else {
      step(target, they, mine, n);
      if (factor !== 1) kernels.scaleF32(target, target, factor, n);
    }
  }
  return undefined;
}

/** Whether {@link combine} makes checksums, at no cost, of what it reads and writes. */
export function isHashed(own: Numbers, { op, dtype }: { op: ReduceOp; dtype: Dtype }): boolean {
  return dtype === 'f32' && (op === 'sum' || op === 'mean') && inSpace(own);
}

function stepOf(kernels: Kernels, op: ReduceOp, dtype: Dtype) {
  if (dtype === 'i32') return op === 'min' ? kernels.minI32 : op === 'max' ? kernels.maxI32 : kernels.addI32;
  return op === 'min' ? kernels.minF32 : op === 'max' ? kernels.maxF32 : kernels.addF32;
}

function decoderOf(kernels: Kernels, dtype: Dtype) {
  return dtype === 'bf16' ? kernels.decodeBf16 : kernels.decodeF16;
}

function encoderOf(kernels: Kernels, dtype: Dtype) {
  return dtype === 'bf16' ? kernels.encodeBf16 : kernels.encodeF16;
}

/** Numbers as bits: what is copied must not change, and copies between alike arrays are fast. */
function bitsOf(numbers: Numbers): Int32Array | Uint16Array {
  return numbers instanceof Float32Array
    ? new Int32Array(numbers.buffer, numbers.byteOffset, numbers.length)
    : numbers;
}

export function bytesOf(a: Numbers): Uint8Array {
  return new Uint8Array(a.buffer, a.byteOffset, a.byteLength);
}

function viewOf(half: boolean, buffer: ArrayBuffer, at: number): Int32Array | Uint16Array {
  return half ? new Uint16Array(buffer, at, BLOCK) : new Int32Array(buffer, at, BLOCK);
}
