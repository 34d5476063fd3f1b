import type { tf } from '../tf.ts';
import { EngineError } from '../errors.ts';

/** TF_DataType numbers of the dtypes the engine knows. */
export const TF_FLOAT = 1;
export const TF_UINT8 = 4;
export const TF_INT32 = 3;
export const TF_STRING = 7;
export const TF_COMPLEX64 = 8;
export const TF_INT64 = 9;
export const TF_BOOL = 10;
export const TF_BFLOAT16 = 14;
export const TF_RESOURCE = 20;

export type HostArray = Float32Array | Int32Array | Uint8Array;

const BY_NAME: Record<string, number> = {
  float32: TF_FLOAT,
  int32: TF_INT32,
  bool: TF_BOOL,
  complex64: TF_COMPLEX64,
  bfloat16: TF_BFLOAT16,
  string: TF_STRING,
};

/** TF.js dtype -> TF_DataType. */
export function toTensorFlowType(dtype: tf.DataType): number {
  const number = BY_NAME[dtype];
  if (number === undefined) throw unsupported(dtype);
  return number;
}

/** TF_DataType -> TF.js dtype; int64 results (Where, ArgMax by default) are presented as int32. */
export function toTfjsType(type: number): tf.DataType {
  switch (type) {
    case TF_BFLOAT16:
      return 'bfloat16' as tf.DataType;
    case TF_FLOAT:
      return 'float32';
    case TF_INT32:
    case TF_INT64:
    case TF_UINT8:
      return 'int32';
    case TF_BOOL:
      return 'bool';
    case TF_COMPLEX64:
      return 'complex64';
    case TF_STRING:
      return 'string';
    default:
      throw unsupported(`TensorFlow type ${type}`);
  }
}

/** Bytes of one element of a TF_DataType. */
export function elementBytes(type: number): number {
  switch (type) {
    case TF_BOOL:
    case TF_UINT8:
      return 1;
    case TF_BFLOAT16:
      return 2;
    case TF_COMPLEX64:
    case TF_INT64:
      return 8;
    default:
      return 4;
  }
}

/** Bytes of a tensor. */
export function byteSize(shape: readonly number[], type: number): number {
  let size = elementBytes(type);
  for (const d of shape) size *= d;
  return size;
}

/** Host values of a tensor in the element layout of its dtype (booleans as bytes, complex numbers interleaved). */
export function toHostArray(values: unknown, type: number): HostArray | Uint16Array {
  if (values instanceof Uint16Array && type === TF_BFLOAT16) return values;
  if (values instanceof Float32Array && (type === TF_FLOAT || type === TF_COMPLEX64)) return values;
  if (values instanceof Int32Array && type === TF_INT32) return values;
  if (values instanceof Uint8Array && type === TF_BOOL) return values;
  const list = values as ArrayLike<number>;
  if (type === TF_FLOAT || type === TF_COMPLEX64) return Float32Array.from(list);
  if (type === TF_INT32) return Int32Array.from(list);
  if (type === TF_BOOL) return Uint8Array.from(list);
  if (type === TF_BFLOAT16) return roundToBfloat16(list);
  throw unsupported(`TensorFlow type ${type}`);
}

/** The upper half of each number, rounded to nearest, ties to even. */
function roundToBfloat16(values: ArrayLike<number>): Uint16Array {
  const bits = new Uint32Array(Float32Array.from(values).buffer);
  return Uint16Array.from(bits, (b) =>
    // Not a number stays so: its lower half must not carry into infinity.
    (b & 0x7fffffff) > 0x7f800000 ? (b >>> 16) | 0x40 : (b + 0x7fff + ((b >>> 16) & 1)) >>> 16,
  );
}

function widen(values: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(values, (v) => v << 16).buffer);
}

/** A typed view of native tensor memory. */
export function viewAs(buffer: ArrayBuffer, type: number): HostArray {
  switch (type) {
    case TF_FLOAT:
    case TF_COMPLEX64:
      return new Float32Array(buffer);
    case TF_INT32:
      return new Int32Array(buffer);
    case TF_INT64:
      return Int32Array.from(new BigInt64Array(buffer), Number);
    case TF_UINT8:
      return Int32Array.from(new Uint8Array(buffer));
    case TF_BFLOAT16:
      return widen(new Uint16Array(buffer));
    case TF_BOOL:
      return new Uint8Array(buffer);
    default:
      throw unsupported(`TensorFlow type ${type}`);
  }
}

function unsupported(what: string): EngineError {
  return new EngineError(
    'UNSUPPORTED_DTYPE',
    `The engine has no tensors of type ${what}.`,
    'Use float32, int32, bool or complex64; strings only outside of compiled functions.',
  );
}
