import { CheckpointError } from './errors.ts';

/** safetensors' names of the element types. F16 and BF16 are kept as their 16-bit patterns. */
export type Dtype = 'F64' | 'F32' | 'F16' | 'BF16' | 'I64' | 'I32' | 'I16' | 'I8' | 'U16' | 'U8' | 'BOOL';

export type TensorData =
  | Float64Array
  | Float32Array
  | Uint16Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint8Array;

/** A tensor in host memory, row-major. */
export interface HostTensor {
  dtype: Dtype;
  shape: number[];
  data: TensorData;
}

export type HostTensors = Record<string, HostTensor>;

interface DtypeInfo {
  bytes: number;
  /** Lays the type over `count` elements of a buffer at an aligned offset. */
  view(buffer: ArrayBufferLike, offset: number, count: number): TensorData;
}

export const DTYPES: Record<Dtype, DtypeInfo> = {
  F64: { bytes: 8, view: (b, o, n) => new Float64Array(b, o, n) },
  F32: { bytes: 4, view: (b, o, n) => new Float32Array(b, o, n) },
  F16: { bytes: 2, view: (b, o, n) => new Uint16Array(b, o, n) },
  BF16: { bytes: 2, view: (b, o, n) => new Uint16Array(b, o, n) },
  I64: { bytes: 8, view: (b, o, n) => new BigInt64Array(b, o, n) },
  I32: { bytes: 4, view: (b, o, n) => new Int32Array(b, o, n) },
  I16: { bytes: 2, view: (b, o, n) => new Int16Array(b, o, n) },
  I8: { bytes: 1, view: (b, o, n) => new Int8Array(b, o, n) },
  U16: { bytes: 2, view: (b, o, n) => new Uint16Array(b, o, n) },
  U8: { bytes: 1, view: (b, o, n) => new Uint8Array(b, o, n) },
  BOOL: { bytes: 1, view: (b, o, n) => new Uint8Array(b, o, n) },
};

export function isDtype(value: unknown): value is Dtype {
  return typeof value === 'string' && Object.hasOwn(DTYPES, value);
}

export function elementCount(shape: number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** Bytes of a tensor's data; throws when data and shape do not fit together. */
export function checkedBytes(name: string, tensor: HostTensor): number {
  const info = DTYPES[tensor.dtype];
  const count = elementCount(tensor.shape);
  if (tensor.data.length !== count || tensor.data.BYTES_PER_ELEMENT !== info?.bytes) {
    throw new CheckpointError(
      'BAD_SAFETENSORS',
      `tensor '${name}' of ${tensor.dtype} [${tensor.shape.join(', ')}] needs ${count} elements, its data is a ${tensor.data.constructor.name} of ${tensor.data.length}`,
      'give each tensor data of its dtype and shape',
    );
  }
  return tensor.data.byteLength;
}

/** The data's memory as bytes, not copied. */
export function bytesOf(data: TensorData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
