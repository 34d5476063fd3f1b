import { fromBf16, fromF16, toBf16, toF16 } from './half.ts';
import { sumRange } from './sum-f32.ts';

/** What a reduction does to the ranks' numbers. `mean` is the sum times `1 / world`, rounded once more. */
export type ReduceOp = 'sum' | 'mean' | 'min' | 'max';
export const reduceOps: readonly ReduceOp[] = ['sum', 'mean', 'min', 'max'];

/** Numbers of a buffer: float32, int32, and the two 16-bit floats, which lie in Uint16Arrays. */
export type Dtype = 'f32' | 'i32' | 'f16' | 'bf16';
export const dtypes: readonly Dtype[] = ['f32', 'i32', 'f16', 'bf16'];

export type Numbers = Float32Array | Int32Array | Uint16Array;

/** Bytes of a number. */
export const itemBytes: Record<Dtype, number> = { f32: 4, i32: 4, f16: 2, bf16: 2 };

/**
 * Elements [begin, end) of `target`, which may be one of the `parts`: the parts' elements in the order of `parts`, one after the other.
 *
 * - f32: rounded to float32 after each addition; `mean` multiplies the sum by `1 / parts.length` in float32.
 * - f16, bf16: computed in float32, rounded once at the end.
 * - i32: sums wrap around as 32-bit numbers do. There is no mean.
 * - min, max: NaN wins.
 */
export function reduceRange(
  op: ReduceOp,
  dtype: Dtype,
  target: Numbers,
  parts: readonly Numbers[],
  begin: number,
  end: number,
): void {
  switch (dtype) {
    case 'f32': {
      if (op === 'min' || op === 'max') return extremeRange(op, target, parts, begin, end);
      const sums = target as Float32Array;
      sumRange(sums, parts as Float32Array[], begin, end);
      if (op === 'mean') scale(sums, Math.fround(1 / parts.length), begin, end);
      return;
    }
    case 'i32':
      if (op === 'min' || op === 'max') return extremeRange(op, target, parts, begin, end);
      return addIntegers(target as Int32Array, parts as Int32Array[], begin, end);
    case 'f16':
      return reduceHalves(op, { from: fromF16, to: toF16 }, target, parts, begin, end);
    case 'bf16':
      return reduceHalves(op, { from: fromBf16, to: toBf16 }, target, parts, begin, end);
  }
}

function scale(target: Float32Array, factor: number, begin: number, end: number): void {
  for (let i = begin; i < end; i += 1) target[i] = (target[i] as number) * factor;
}

function extremeRange(
  op: 'min' | 'max',
  target: Numbers,
  parts: readonly Numbers[],
  begin: number,
  end: number,
): void {
  const choose = op === 'min' ? Math.min : Math.max;
  for (let i = begin; i < end; i += 1) {
    let best = parts[0]![i] as number;
    for (let r = 1; r < parts.length; r += 1) best = choose(best, parts[r]![i] as number);
    target[i] = best;
  }
}

function addIntegers(target: Int32Array, parts: readonly Int32Array[], begin: number, end: number): void {
  for (let i = begin; i < end; i += 1) {
    let sum = parts[0]![i] as number;
    for (let r = 1; r < parts.length; r += 1) sum = (sum + (parts[r]![i] as number)) | 0;
    target[i] = sum;
  }
}

function reduceHalves(
  op: ReduceOp,
  { from, to }: { from: (bits: number) => number; to: (value: number) => number },
  target: Numbers,
  parts: readonly Numbers[],
  begin: number,
  end: number,
): void {
  const factor = op === 'mean' ? Math.fround(1 / parts.length) : 1;
  const choose = op === 'min' ? Math.min : op === 'max' ? Math.max : undefined;
  for (let i = begin; i < end; i += 1) {
    let value = from(parts[0]![i] as number);
    for (let r = 1; r < parts.length; r += 1) {
      const other = from(parts[r]![i] as number);
      value = choose ? choose(value, other) : Math.fround(value + other);
    }
    target[i] = to(factor === 1 ? value : Math.fround(value * factor));
  }
}
