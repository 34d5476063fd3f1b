import { convertFloats, isFloat, type FloatDtype } from './float16.ts';
import {
  DTYPES,
  bytesOf,
  checkedBytes,
  elementCount,
  type Dtype,
  type HostTensor,
  type HostTensors,
  type TensorData,
} from './host-tensors.ts';

/** Bytes that lie somewhere, in a file or in memory, and are read when they are needed. */
export interface Bytes {
  readonly length: number;
  read(begin: number, end: number): Promise<Uint8Array>;
}

/** A tensor that need not be in memory: row-major, the pieces one behind the other. */
export interface StoredTensor {
  dtype: Dtype;
  shape: number[];
  pieces: Bytes[];
}

export type StoredTensors = Record<string, StoredTensor>;

/** A multiple of every element's size. */
const CHUNK_BYTES = 8 * 2 ** 20;

/** Tensors in memory in the same form; the data is shared. */
export function storedTensors(tensors: HostTensors): StoredTensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => {
      checkedBytes(name, tensor);
      const bytes = bytesOf(tensor.data);
      const read = (begin: number, end: number) => Promise.resolve(bytes.subarray(begin, end));
      return [name, { dtype: tensor.dtype, shape: tensor.shape, pieces: [{ length: bytes.length, read }] }];
    }),
  );
}

/** Bytes of its data. */
export function storedBytes({ dtype, shape }: Pick<StoredTensor, 'dtype' | 'shape'>): number {
  return elementCount(shape) * DTYPES[dtype].bytes;
}

/** Rows `begin` to `end` (exclusive) of the first axis; reads nothing. */
export function storedRows(tensor: StoredTensor, begin: number, end: number): StoredTensor {
  const [rows = 0, ...rest] = tensor.shape;
  if (begin < 0 || end > rows || begin > end) {
    throw new RangeError(`rows ${begin} to ${end} are not among the ${rows} of [${tensor.shape.join(', ')}]`);
  }
  const rowBytes = elementCount(rest) * DTYPES[tensor.dtype].bytes;
  const pieces: Bytes[] = [];
  let at = 0;
  for (const piece of tensor.pieces) {
    const from = Math.max(begin * rowBytes - at, 0);
    const to = Math.min(end * rowBytes - at, piece.length);
    if (from < to) {
      pieces.push({ length: to - from, read: (b, e) => piece.read(from + b, from + e) });
    }
    at += piece.length;
  }
  return { dtype: tensor.dtype, shape: [end - begin, ...rest], pieces };
}

/** Tensors of equal type and rows one below the other; reads nothing. */
export function storedJoin(tensors: StoredTensor[]): StoredTensor {
  const [first] = tensors;
  if (!first) throw new RangeError('there are no tensors to join');
  const rest = first.shape.slice(1);
  for (const { dtype, shape } of tensors) {
    if (dtype !== first.dtype || shape.slice(1).join() !== rest.join()) {
      throw new RangeError(
        `${dtype} [${shape.join(', ')}] cannot be joined with ${first.dtype} [${first.shape.join(', ')}]`,
      );
    }
  }
  const rows = tensors.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
  return { dtype: first.dtype, shape: [rows, ...rest], pieces: tensors.flatMap(({ pieces }) => pieces) };
}

/** The same elements in another shape; reads nothing. */
export function storedReshape(tensor: StoredTensor, shape: number[]): StoredTensor {
  if (elementCount(shape) !== elementCount(tensor.shape)) {
    throw new RangeError(`[${tensor.shape.join(', ')}] has no shape [${shape.join(', ')}]`);
  }
  return { ...tensor, shape };
}

/** The data in order, in chunks of whole elements, 8 MiB at most. */
export async function* storedChunks(tensor: StoredTensor): AsyncGenerator<Uint8Array, void> {
  for (const piece of tensor.pieces) {
    for (let at = 0; at < piece.length; at += CHUNK_BYTES) {
      yield piece.read(at, Math.min(at + CHUNK_BYTES, piece.length));
    }
  }
}

/** The tensor in memory, read in chunks. */
export async function readStored(tensor: StoredTensor): Promise<HostTensor> {
  const { dtype, shape } = tensor;
  const buffer = new Uint8Array(storedBytes(tensor));
  let at = 0;
  for await (const chunk of storedChunks(tensor)) {
    buffer.set(chunk, at);
    at += chunk.length;
  }
  return { dtype, shape: [...shape], data: elements(buffer, dtype) };
}

/** Tensors whose floats are of another type when they are read; other types stay as they are. Reads nothing. */
export function storedAs(tensors: StoredTensors, to: FloatDtype): StoredTensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [
      name,
      isFloat(tensor.dtype) && tensor.dtype !== to
        ? { dtype: to, shape: tensor.shape, pieces: tensor.pieces.map((p) => piecesAs(p, tensor.dtype, to)) }
        : tensor,
    ]),
  );
}

function piecesAs(piece: Bytes, from: Dtype, to: FloatDtype): Bytes {
  const [before, after] = [DTYPES[from].bytes, DTYPES[to].bytes];
  return {
    length: (piece.length / before) * after,
    async read(begin, end) {
      if (begin % after !== 0 || end % after !== 0) throw new RangeError('a chunk cuts an element');
      const bytes = await piece.read((begin / after) * before, (end / after) * before);
      return bytesOf(convertFloats(elements(bytes, from), from, to));
    },
  };
}

/** Bytes as elements; copied where they are not aligned. */
function elements(bytes: Uint8Array, dtype: Dtype): TensorData {
  const { bytes: width, view } = DTYPES[dtype];
  const aligned = bytes.byteOffset % width === 0 ? bytes : bytes.slice();
  return view(aligned.buffer, aligned.byteOffset, bytes.length / width);
}

/** Whether two tensors have equal bytes, read side by side. */
export async function storedEqual(a: StoredTensor, b: StoredTensor): Promise<boolean> {
  if (a.dtype !== b.dtype || a.shape.join() !== b.shape.join()) return false;
  const [one, other] = [joinedBytes(a), joinedBytes(b)];
  for (let at = 0; at < one.length; at += CHUNK_BYTES) {
    const end = Math.min(at + CHUNK_BYTES, one.length);
    const [left, right] = await Promise.all([one.read(at, end), other.read(at, end)]);
    if (Buffer.compare(left, right) !== 0) return false;
  }
  return true;
}

function joinedBytes({ pieces }: StoredTensor): Bytes {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return {
    length,
    async read(begin, end) {
      const parts: Uint8Array[] = [];
      let at = 0;
      for (const piece of pieces) {
        const from = Math.max(begin - at, 0);
        const to = Math.min(end - at, piece.length);
        if (from < to) parts.push(await piece.read(from, to));
        at += piece.length;
      }
      return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    },
  };
}
