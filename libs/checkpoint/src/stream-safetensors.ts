import type { ObjectStorage } from '@ovis/storage';
import { LENGTH_BYTES, bad, headerLength, layOut, parseHeader } from './safetensors-header.ts';
import { storedChunks, type Bytes, type StoredTensors } from './stored-tensors.ts';
import { CheckpointError } from './errors.ts';

/**
 * The tensors of a safetensors file, without reading their data: only the header is read here, the rest by byte range when it
 * is asked for. Throws BAD_SAFETENSORS with the place, storage failures as they are.
 */
export async function openSafetensors(
  storage: ObjectStorage,
  key: string,
): Promise<{ tensors: StoredTensors; metadata: Record<string, string>; fileBytes: number }> {
  const fileBytes = (await storage.head(key))?.size;
  // A missing file is the storage's to explain.
  const start = await storage.range(key, 0, Math.min(LENGTH_BYTES, fileBytes ?? LENGTH_BYTES));
  const size = fileBytes ?? start.length;
  try {
    const length = headerLength(start, size);
    const json = await storage.range(key, LENGTH_BYTES, LENGTH_BYTES + length);
    const { spans, metadata } = parseHeader(json, size);
    const tensors: StoredTensors = {};
    for (const [name, { dtype, shape, begin, end }] of Object.entries(spans)) {
      tensors[name] = { dtype, shape, pieces: [partOfObject(storage, key, begin, end)] };
    }
    return { tensors, metadata, fileBytes: size };
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    throw new CheckpointError(error.code, `${storage.url}/${key}: ${error.message}`, error.hint, error);
  }
}

function partOfObject(storage: ObjectStorage, key: string, begin: number, end: number): Bytes {
  return {
    length: end - begin,
    read: (from, to) => storage.range(key, begin + from, begin + to),
  };
}

/**
 * A safetensors file as a stream: the header, then the tensors one after the other. The bytes are those of encodeSafetensors for
 * the same tensors.
 */
export function safetensorsChunks(
  tensors: StoredTensors,
  metadata?: Record<string, string>,
): { bytes: number; headerBytes: number; chunks: AsyncIterable<Uint8Array> } {
  const { names, header, fileBytes } = layOut(tensors, metadata);
  async function* chunks(): AsyncGenerator<Uint8Array, void> {
    yield header;
    let sent = header.length;
    for (const name of names) {
      for await (const chunk of storedChunks(tensors[name]!)) {
        sent += chunk.length;
        yield chunk;
      }
    }
    if (sent !== fileBytes) throw bad(`${sent} bytes came, the header describes ${fileBytes}`);
  }
  return { bytes: fileBytes, headerBytes: header.length, chunks: chunks() };
}
