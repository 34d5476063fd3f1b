/**
 * Collects chunks into one buffer with an ArrayBuffer of its own (so that typed arrays can be laid over it).
 * `expected` is the usual length: then every byte is copied once; it may be wrong.
 */
export async function readAll(chunks: AsyncIterable<Uint8Array>, expected: number): Promise<Uint8Array> {
  let buffer = new Uint8Array(expected);
  let used = 0;
  for await (const chunk of chunks) {
    if (used + chunk.length > buffer.length) {
      const larger = new Uint8Array(Math.max(used + chunk.length, buffer.length * 2));
      larger.set(buffer.subarray(0, used));
      buffer = larger;
    }
    buffer.set(chunk, used);
    used += chunk.length;
  }
  return used === buffer.length ? buffer : buffer.slice(0, used);
}
