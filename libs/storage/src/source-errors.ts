import type { RangeSource } from './types.ts';

/**
 * Runs `write` on the chunks; an error of the chunks themselves is thrown on as it is, not as the storage's failure that it
 * leads to.
 */
export async function keepingSourceErrors<T>(
  chunks: AsyncIterable<Uint8Array>,
  write: (chunks: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T> {
  let failure: { cause: unknown } | undefined;
  async function* noticed(): AsyncGenerator<Uint8Array, void> {
    try {
      yield* chunks;
    } catch (cause) {
      failure = { cause };
      throw cause;
    }
  }
  try {
    return await write(noticed());
  } catch (error) {
    throw failure ? failure.cause : error;
  }
}

/** The same for bytes that can be read anywhere. */
export async function keepingRangeErrors<T>(
  source: RangeSource,
  write: (source: RangeSource) => Promise<T>,
): Promise<T> {
  let failure: { cause: unknown } | undefined;
  const noticed: RangeSource = {
    bytes: source.bytes,
    async read(begin, end) {
      try {
        return await source.read(begin, end);
      } catch (cause) {
        failure ??= { cause };
        throw cause;
      }
    },
    ...(source.crc32 ? { crc32: (begin, end) => source.crc32!(begin, end) } : {}),
  };
  try {
    return await write(noticed);
  } catch (error) {
    throw failure ? failure.cause : error;
  }
}
