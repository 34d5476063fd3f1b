import { generator } from '../src/random.ts';

/** Bytes in chunks of random sizes (some of them empty), as views of one buffer. */
export async function* inRandomChunks(
  bytes: Uint8Array,
  seed: number,
  largest: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const next = generator(seed);
  for (let at = 0; at < bytes.length;) {
    const size = Math.floor((next() / 2 ** 32) * (largest + 1));
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Bytes that depend on seed and position. */
export function randomBytes(length: number, seed: number): Uint8Array {
  const next = generator(seed);
  return Uint8Array.from({ length }, () => next() & 255);
}

/** `set-000`, ... : a picture-like file of varying size and a JSON file each. */
export function makeSamples(
  count: number,
  name = 'set',
): { key: string; files: Record<string, Uint8Array | string> }[] {
  return Array.from({ length: count }, (_, i) => ({
    key: `${name}-${String(i).padStart(3, '0')}`,
    files: { png: randomBytes(100 + ((i * 397) % 3000), i), json: JSON.stringify({ caption: `thing ${i}` }) },
  }));
}
