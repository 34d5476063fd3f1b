import { CheckpointError } from './errors.ts';
import { DTYPES, elementCount, isDtype, type Dtype } from './host-tensors.ts';

// https://github.com/huggingface/safetensors#format: 8 bytes little-endian length N, N bytes of JSON
// {name: {dtype, shape, data_offsets: [begin, end]}, __metadata__: {string: string}}, then the data without gaps.
export const LENGTH_BYTES = 8;
const ALIGNMENT = 8;
const METADATA = '__metadata__';
/** The reference implementation's limit. */
const MAX_HEADER_BYTES = 100_000_000;

/** What a header says of one tensor. */
export interface TensorSpan {
  dtype: Dtype;
  shape: number[];
  /** Bytes of the file. */
  begin: number;
  end: number;
}

export interface SafetensorsHeader {
  spans: Record<string, TensorSpan>;
  metadata: Record<string, string>;
}

/**
 * The order and the first bytes of a file. As in the reference implementation tensors with larger elements come first and then
 * go by name, and the header is padded with spaces to a multiple of 8: so all data is aligned and equal tensors give equal bytes.
 */
export function layOut(
  tensors: Record<string, { dtype: Dtype; shape: number[] }>,
  metadata?: Record<string, string>,
): { names: string[]; header: Uint8Array; fileBytes: number } {
  const names = Object.keys(tensors).sort((a, b) => {
    const byWidth = DTYPES[tensors[b]!.dtype].bytes - DTYPES[tensors[a]!.dtype].bytes;
    return byWidth !== 0 ? byWidth : a < b ? -1 : 1;
  });
  const json: Record<string, unknown> = {};
  if (metadata) json[METADATA] = metadata;
  let offset = 0;
  for (const name of names) {
    if (name === METADATA) throw bad(`a tensor cannot be called ${METADATA}`);
    const { dtype, shape } = tensors[name]!;
    const end = offset + elementCount(shape) * DTYPES[dtype].bytes;
    json[name] = { dtype, shape, data_offsets: [offset, end] };
    offset = end;
  }
  const text = new TextEncoder().encode(JSON.stringify(json));
  const headerBytes = Math.ceil(text.length / ALIGNMENT) * ALIGNMENT;
  const header = new Uint8Array(LENGTH_BYTES + headerBytes).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(headerBytes), true);
  header.set(text, LENGTH_BYTES);
  return { names, header, fileBytes: header.length + offset };
}

/** Length of the JSON by the first 8 bytes. Throws BAD_SAFETENSORS when the file cannot be so long. */
export function headerLength(start: Uint8Array, fileBytes: number): number {
  if (start.length < LENGTH_BYTES) throw bad(`${start.length} bytes are too few for a header`);
  const length = Number(new DataView(start.buffer, start.byteOffset).getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES || LENGTH_BYTES + length > fileBytes) {
    throw bad(`the header would have ${length} bytes, the file has ${fileBytes}`);
  }
  return length;
}

/**
 * Reads and checks the JSON of a header. No gaps, no overlaps, nothing behind: as the format demands, so that no two readers
 * see different files. Throws BAD_SAFETENSORS for anything malformed.
 */
export function parseHeader(json: Uint8Array, fileBytes: number): SafetensorsHeader {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch (cause) {
    throw bad('the header is not JSON', cause);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw bad('the header is not an object');
  const dataStart = LENGTH_BYTES + json.length;
  const { [METADATA]: metadata = {}, ...entries } = header as Record<string, unknown>;
  const spans = Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => [name, readSpan(name, entry, dataStart, fileBytes)]),
  );
  let at = dataStart;
  for (const { begin, end } of Object.values(spans).sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) throw bad(`the data has a gap or an overlap at byte ${at}`);
    at = end;
  }
  if (at !== fileBytes) throw bad(`the file has ${fileBytes} bytes, its header describes ${at}`);
  return { spans, metadata: metadata as Record<string, string> };
}

function readSpan(name: string, entry: unknown, dataStart: number, fileBytes: number): TensorSpan {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  if (!isDtype(dtype)) throw bad(`tensor '${name}' has the unknown dtype ${JSON.stringify(dtype)}`);
  const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
  if (!Array.isArray(shape) || !shape.every(isSize)) throw bad(`tensor '${name}' has no valid shape`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    throw bad(`tensor '${name}' has no valid data_offsets`);
  }
  const [begin = 0, end = 0] = offsets;
  if (end - begin !== elementCount(shape) * DTYPES[dtype].bytes || dataStart + end > fileBytes) {
    throw bad(`tensor '${name}' of ${dtype} [${shape.join(', ')}] does not fit bytes ${begin} to ${end}`);
  }
  return { dtype, shape, begin: dataStart + begin, end: dataStart + end };
}

export function bad(why: string, cause?: unknown): CheckpointError {
  return new CheckpointError(
    'BAD_SAFETENSORS',
    `not a valid safetensors file: ${why}`,
    'write the file again',
    cause,
  );
}
