import type { ObjectStorage, RangeSource, StorageError } from '@ovis/storage';
import { crc32 } from '@node-rs/crc32';
import { createHash } from 'node:crypto';
import { CHUNK_BYTES, type ManifestFile } from './manifest.ts';

export interface UploadOptions {
  /** Bytes of a part and of what one CRC-32 stands for. Default CHUNK_BYTES. */
  chunkBytes?: number;
  /** Parts on their way at the same time. Default 4. */
  parallel?: number;
  /** For how long a storage that is away is tried again, ms. Default 0. */
  patienceMs?: number;
  onRetry?: (error: StorageError) => void;
  signal?: AbortSignal;
  /** The sha256, when somebody else takes it. */
  sha256?: string;
}

/** A file to write; `read` is called in rising order, each byte once. */
export interface FileSource extends Pick<RangeSource, 'bytes' | 'read'> {
  /** Of a safetensors file: the bytes in front of its data. */
  headerBytes?: number;
}

/** Writes a file and returns what its manifest says of it, all but the key: the sums are taken as its bytes pass by. */
export async function uploadFile(
  storage: ObjectStorage,
  key: string,
  source: FileSource,
  o: UploadOptions = {},
): Promise<Omit<ManifestFile, 'key'>> {
  const partBytes = o.chunkBytes ?? CHUNK_BYTES;
  const { bytes, headerBytes = 0 } = source;
  const hash = o.sha256 === undefined ? createHash('sha256') : undefined;
  const sums: number[] = [];
  let headerSum = 0;
  const take = (part: Uint8Array, begin: number): Uint8Array => {
    hash?.update(part);
    sums.push(crc32(part));
    if (begin < headerBytes) headerSum = crc32(part.subarray(0, headerBytes - begin), headerSum);
    return part;
  };
  // The sha256 needs the bytes in order, however long each read takes.
  let reading = Promise.resolve<unknown>(undefined);
  await storage.putRanges(
    key,
    {
      bytes,
      read(begin, end) {
        const part = reading.then(async () => take(await source.read(begin, end), begin));
        reading = part.catch(() => undefined);
        return part;
      },
      crc32: (begin) => sums[begin / partBytes] as number,
    },
    { partBytes, parallel: o.parallel, patienceMs: o.patienceMs, onRetry: o.onRetry, signal: o.signal },
  );
  return {
    bytes,
    sha256: hash?.digest('hex') ?? o.sha256!,
    crc32: sums.map(hex32).join(''),
    ...(headerBytes > 0 ? { header: { bytes: headerBytes, crc32: hex32(headerSum) } } : {}),
  };
}

/** The same for bytes in memory. */
export function memorySource(data: Uint8Array): FileSource {
  return { bytes: data.length, read: (begin, end) => data.subarray(begin, end) };
}

/** A stream as a source: it is read in order. */
export function streamSource(
  chunks: AsyncIterable<Uint8Array>,
  bytes: number,
  headerBytes?: number,
): FileSource {
  const iterator = chunks[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);
  return {
    bytes,
    headerBytes,
    async read(begin, end) {
      const part = new Uint8Array(end - begin);
      let used = 0;
      while (used < part.length) {
        if (rest.length === 0) {
          const next = await iterator.next();
          if (next.done) throw new RangeError(`the data ends at byte ${begin + used} of ${bytes}`);
          rest = next.value;
        }
        const taken = Math.min(rest.length, part.length - used);
        part.set(rest.subarray(0, taken), used);
        rest = rest.subarray(taken);
        used += taken;
      }
      return part;
    },
  };
}

/** A CRC-32 as manifests have it. */
export function hex32(sum: number): string {
  return (sum >>> 0).toString(16).padStart(8, '0');
}
