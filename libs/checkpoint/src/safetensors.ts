import { CheckpointError } from './errors.ts';
import {
  DTYPES,
  bytesOf,
  checkedBytes,
  elementCount,
  isDtype,
  type HostTensor,
  type HostTensors,
} from './host-tensors.ts';

// https://github.com/huggingface/safetensors#format: 8 bytes little-endian length N, N bytes of JSON
// {name: {dtype, shape, data_offsets: [begin, end]}, __metadata__: {string: string}}, then the data without gaps.
const LENGTH_BYTES = 8;
const ALIGNMENT = 8;
const METADATA = '__metadata__';
/** The reference implementation's limit. */
const MAX_HEADER_BYTES = 100_000_000;

/**
 * One safetensors file. As in the reference implementation tensors with larger elements come first and then go by
 * name, and the header is padded with spaces to a multiple of 8: so all data is aligned and equal tensors give equal bytes.
 */
export function encodeSafetensors(tensors: HostTensors, metadata?: Record<string, string>): Uint8Array {
  const names = Object.keys(tensors).sort((a, b) => {
    const byWidth = DTYPES[tensors[b]!.dtype].bytes - DTYPES[tensors[a]!.dtype].bytes;
    return byWidth !== 0 ? byWidth : a < b ? -1 : 1;
  });
  const header: Record<string, unknown> = {};
  if (metadata) header[METADATA] = metadata;
  let offset = 0;
  for (const name of names) {
    if (name === METADATA) throw bad(`a tensor cannot be called ${METADATA}`);
    const tensor = tensors[name]!;
    const end = offset + checkedBytes(name, tensor);
    header[name] = { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const file = new Uint8Array(LENGTH_BYTES + headerBytes + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.set(json, LENGTH_BYTES);
  file.fill(0x20, LENGTH_BYTES + json.length, LENGTH_BYTES + headerBytes);
  let at = LENGTH_BYTES + headerBytes;
  for (const name of names) {
    const data = bytesOf(tensors[name]!.data);
    file.set(data, at);
    at += data.length;
  }
  return file;
}

/**
 * Reads a safetensors file. Data that is aligned in `file` (always so for files of encodeSafetensors in a buffer of
 * their own) is not copied: the tensors share the file's memory. Throws BAD_SAFETENSORS for anything malformed.
 */
export function decodeSafetensors(file: Uint8Array): {
  tensors: HostTensors;
  metadata: Record<string, string>;
} {
  const { header, dataStart } = readHeader(file);
  const tensors: HostTensors = {};
  let metadata: Record<string, string> = {};
  const spans: [number, number][] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === METADATA) {
      metadata = entry as Record<string, string>;
      continue;
    }
    const { tensor, begin, end } = readTensor(file, dataStart, name, entry);
    tensors[name] = tensor;
    spans.push([begin, end]);
  }
  // No gaps, no overlaps, nothing behind: as the format demands, so that no two readers see different files.
  spans.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let at = 0;
  for (const [begin, end] of spans) {
    if (begin !== at) throw bad(`the data has a gap or an overlap at byte ${dataStart + at}`);
    at = end;
  }
  if (dataStart + at !== file.length) {
    throw bad(`the file has ${file.length} bytes, its header describes ${dataStart + at}`);
  }
  return { tensors, metadata };
}

function readHeader(file: Uint8Array): { header: Record<string, unknown>; dataStart: number } {
  if (file.length < LENGTH_BYTES) throw bad(`${file.length} bytes are too few for a header`);
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const dataStart = LENGTH_BYTES + length;
  if (length > MAX_HEADER_BYTES || dataStart > file.length) {
    throw bad(`the header would have ${length} bytes, the file has ${file.length}`);
  }
  let header: unknown;
  try {
    header = JSON.parse(
      new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(LENGTH_BYTES, dataStart)),
    );
  } catch (cause) {
    throw bad('the header is not JSON', cause);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw bad('the header is not an object');
  return { header: header as Record<string, unknown>, dataStart };
}

function readTensor(
  file: Uint8Array,
  dataStart: number,
  name: string,
  entry: unknown,
): { tensor: HostTensor; begin: number; end: number } {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  if (!isDtype(dtype)) throw bad(`tensor '${name}' has the unknown dtype ${JSON.stringify(dtype)}`);
  const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
  if (!Array.isArray(shape) || !shape.every(isSize)) throw bad(`tensor '${name}' has no valid shape`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    throw bad(`tensor '${name}' has no valid data_offsets`);
  }
  const [begin = 0, end = 0] = offsets;
  const { bytes, view } = DTYPES[dtype];
  const count = elementCount(shape);
  if (end - begin !== count * bytes || dataStart + end > file.length) {
    throw bad(`tensor '${name}' of ${dtype} [${shape.join(', ')}] does not fit bytes ${begin} to ${end}`);
  }
  const at = file.byteOffset + dataStart + begin;
  const data =
    at % bytes === 0
      ? view(file.buffer, at, count)
      : view(file.slice(dataStart + begin, dataStart + end).buffer, 0, count);
  return { tensor: { dtype, shape, data }, begin, end };
}

function bad(why: string, cause?: unknown): CheckpointError {
  return new CheckpointError(
    'BAD_SAFETENSORS',
    `not a valid safetensors file: ${why}`,
    'write the file again',
    cause,
  );
}
