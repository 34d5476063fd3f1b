import { CollectiveMismatchError } from './errors.ts';
import { itemBytes, type Dtype, type Numbers } from './kernels/reduce.ts';

export { bytesOf } from './kernels/reduce.ts';

/** 16-bit floats, as the bits that TensorFlow and torch use. */
export interface HalfBuffer {
  dtype: 'f16' | 'bf16';
  data: Uint16Array;
}

/** What collectives take: float32, int32, or 16-bit floats. */
export type NumberBuffer = Float32Array | Int32Array | HalfBuffer;

/** A buffer as the exchanges see it. */
export interface TypedNumbers {
  dtype: Dtype;
  numbers: Numbers;
}

export function typedNumbers(buffer: NumberBuffer): TypedNumbers {
  if (buffer instanceof Float32Array) return { dtype: 'f32', numbers: buffer };
  if (buffer instanceof Int32Array) return { dtype: 'i32', numbers: buffer };
  const { dtype, data } = buffer;
  if ((dtype === 'f16' || dtype === 'bf16') && data instanceof Uint16Array) return { dtype, numbers: data };
  throw new CollectiveMismatchError(
    'a buffer is none that collectives take: Float32Array, Int32Array, or { dtype: f16 | bf16, data: Uint16Array }',
  );
}

/** Bytes as numbers; they begin where numbers of this kind may. */
export function numbersOf(b: Uint8Array, dtype: Dtype): Numbers {
  const length = b.byteLength / itemBytes[dtype];
  if (dtype === 'f32') return new Float32Array(b.buffer, b.byteOffset, length);
  if (dtype === 'i32') return new Int32Array(b.buffer, b.byteOffset, length);
  return new Uint16Array(b.buffer, b.byteOffset, length);
}
