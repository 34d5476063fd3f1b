import { DTYPES, bytesOf, checkedBytes, elementCount, type HostTensors } from './host-tensors.ts';
import { LENGTH_BYTES, headerLength, layOut, parseHeader } from './safetensors-header.ts';

/** One safetensors file in memory, byte for byte that of the official library for the same tensors. */
export function encodeSafetensors(tensors: HostTensors, metadata?: Record<string, string>): Uint8Array {
  for (const [name, tensor] of Object.entries(tensors)) checkedBytes(name, tensor);
  const { names, header, fileBytes } = layOut(tensors, metadata);
  const file = new Uint8Array(fileBytes);
  file.set(header);
  let at = header.length;
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
  const dataStart = LENGTH_BYTES + headerLength(file, file.length);
  const { spans, metadata } = parseHeader(file.subarray(LENGTH_BYTES, dataStart), file.length);
  const tensors: HostTensors = {};
  for (const [name, { dtype, shape, begin, end }] of Object.entries(spans)) {
    const { bytes, view } = DTYPES[dtype];
    const count = elementCount(shape);
    const at = file.byteOffset + begin;
    const data =
      at % bytes === 0 ? view(file.buffer, at, count) : view(file.slice(begin, end).buffer, 0, count);
    tensors[name] = { dtype, shape, data };
  }
  return { tensors, metadata };
}
