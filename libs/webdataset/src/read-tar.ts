import { TarParser, type TarEntry, type TarParserOptions } from './tar-parser.ts';

/**
 * The files of a tar archive, in order. Throws TruncatedShardError or CorruptShardError with shard and byte.
 * Entry data may be views of the input chunks: the input must not reuse its buffers.
 */
export async function* readTar(
  bytes: AsyncIterable<Uint8Array>,
  options: Partial<TarParserOptions> = {},
): AsyncGenerator<TarEntry, void, undefined> {
  const parser = new TarParser({ ...options, shard: options.shard ?? '(unnamed)' });
  for await (const chunk of bytes) yield* parser.push(chunk);
  parser.end();
}
