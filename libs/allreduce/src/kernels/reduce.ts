import { fromBf16, fromF16, toBf16, toF16 } from './half.ts';
import { BLOCK, WORK, workspace, workspaceOf, type Workspace } from './workspace.ts';

/** What a reduction does to the ranks' numbers. `mean` is the sum times `1 / world`, rounded once more. */
export type ReduceOp = 'sum' | 'mean' | 'min' | 'max';
export const reduceOps: readonly ReduceOp[] = ['sum', 'mean', 'min', 'max'];

/** Numbers of a buffer: float32, int32, and the two 16-bit floats, which lie in Uint16Arrays. */
export type Dtype = 'f32' | 'i32' | 'f16' | 'bf16';
export const dtypes: readonly Dtype[] = ['f32', 'i32', 'f16', 'bf16'];

export type Numbers = Float32Array | Int32Array | Uint16Array;

/** Bytes of a number. */
export const itemBytes: Record<Dtype, number> = { f32: 4, i32: 4, f16: 2, bf16: 2 };

/** Below this, copying into WebAssembly memory costs more than it saves. */
const SHORT = 64;

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
  const space = end - begin < SHORT ? undefined : (workspaceOf(parts[0] as Numbers) ?? workspace());
  if (space) reduceFast(space, { op, dtype, factor }, target, parts, begin, end);
  else reducePlain(op, dtype, target, parts, begin, end, factor);
}

interface Work {
  op: ReduceOp;
  dtype: Dtype;
  factor: number;
}

/** Block by block in WebAssembly memory; parts that lie in it are read where they are. */
function reduceFast(
  space: Workspace,
  { op, dtype, factor }: Work,
  target: Numbers,
  parts: readonly Numbers[],
  begin: number,
  end: number,
): void {
  const { kernels, buffer } = space;
  const item = itemBytes[dtype];
  const half = item === 2;
  const decode = dtype === 'bf16' ? kernels.decodeBf16 : kernels.decodeF16;
  const step = stepOf(space, op, dtype);
  const raw = half ? new Uint16Array(buffer, WORK.c, BLOCK) : new Int32Array(buffer, WORK.a, BLOCK);
  const other = half ? raw : new Int32Array(buffer, WORK.b, BLOCK);
  const bitsOf = (numbers: Numbers) =>
    numbers instanceof Float32Array
      ? new Int32Array(numbers.buffer, numbers.byteOffset, numbers.length)
      : numbers;
  const out = bitsOf(target);
  const sources = parts.map(bitsOf);
  for (let at = begin; at < end; at += BLOCK) {
    const to = Math.min(at + BLOCK, end);
    const n = to - at;
    /** Where a part's block lies as 32-bit numbers in the workspace. */
    const load = (r: number, place: number): number => {
      const source = sources[r] as Int32Array | Uint16Array;
      let from = source.byteOffset + at * item;
      if (source.buffer !== buffer) {
        const copy = place === WORK.a || half ? raw : other;
        copy.set(source.subarray(at, to));
        from = copy.byteOffset;
      }
      if (!half) return from;
      decode(place, from, n);
      return place;
    };
    let result = load(0, WORK.a);
    for (let r = 1; r < sources.length; r += 1) {
      step(WORK.a, result, load(r, WORK.b), n);
      result = WORK.a;
    }
    if (factor !== 1) kernels.scaleF32(WORK.a, result, factor, n);
    if (half && (sources.length > 1 || factor !== 1)) {
      (dtype === 'bf16' ? kernels.encodeBf16 : kernels.encodeF16)(WORK.c, WORK.a, n);
      out.set(n === BLOCK ? raw : raw.subarray(0, n), at);
    } else if (result === WORK.a || factor !== 1) out.set(n === BLOCK ? raw : raw.subarray(0, n), at);
    else out.set((sources[0] as Int32Array).subarray(at, to), at);
  }
}

function stepOf({ kernels }: Workspace, op: ReduceOp, dtype: Dtype) {
  if (dtype === 'i32') return op === 'min' ? kernels.minI32 : op === 'max' ? kernels.maxI32 : kernels.addI32;
  return op === 'min' ? kernels.minF32 : op === 'max' ? kernels.maxF32 : kernels.addF32;
}

/** The definition of {@link reduceRange}: what the kernels must equal bit by bit, and what runs where they cannot. */
export function reducePlain(
  op: ReduceOp,
  dtype: Dtype,
  target: Numbers,
  parts: readonly Numbers[],
  begin: number,
  end: number,
  factor: number = factorOf(op, parts.length),
): void {
  const [read, write] = {
    f32: [asIs, asIs],
    i32: [asIs, asIs],
    f16: [fromF16, toF16],
    bf16: [fromBf16, toBf16],
  }[dtype] as [(x: number) => number, (x: number) => number];
  const combine =
    op === 'min'
      ? Math.min
      : op === 'max'
        ? Math.max
        : dtype === 'i32'
          ? (a: number, b: number) => (a + b) | 0
          : (a: number, b: number) => Math.fround(a + b);
  for (let i = begin; i < end; i += 1) {
    let value = read((parts[0] as Numbers)[i] as number);
    for (let r = 1; r < parts.length; r += 1)
      value = combine(value, read((parts[r] as Numbers)[i] as number));
    target[i] = write(factor === 1 ? value : Math.fround(value * factor));
  }
}

function asIs(x: number): number {
  return x;
}
