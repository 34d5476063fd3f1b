import { createHash } from 'node:crypto';
import type { ObjectStorage } from '@ovis/storage';

export interface WrittenObject {
  key: string;
  bytes: number;
  sha256: string;
}

/** A storage that also notes size and hash of everything put through it, in order. */
export function hashingStorage(storage: ObjectStorage): { storage: ObjectStorage; written: WrittenObject[] } {
  const written: WrittenObject[] = [];
  const noting: ObjectStorage = {
    url: storage.url,
    get: (key) => storage.get(key),
    stream: (key, options) => storage.stream(key, options),
    range: (key, start, end) => storage.range(key, start, end),
    head: (key) => storage.head(key),
    readInto: (key, start, targets) => storage.readInto(key, start, targets),
    list: (prefix) => storage.list(prefix),
    delete: (key) => storage.delete(key),
    async put(key, data, options) {
      const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
      const result = await storage.put(key, bytes, options);
      written.push({ key, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
      return result;
    },
    async putChunks(key, chunks, options) {
      const hash = createHash('sha256');
      let size = 0;
      async function* counted(): AsyncGenerator<Uint8Array, void> {
        for await (const chunk of chunks) {
          hash.update(chunk);
          size += chunk.length;
          yield chunk;
        }
      }
      const result = await storage.putChunks(key, counted(), options);
      written.push({ key, bytes: size, sha256: hash.digest('hex') });
      return result;
    },
    putRanges() {
      throw new Error('what is not written in order is not noted here');
    },
  };
  return { storage: noting, written };
}
