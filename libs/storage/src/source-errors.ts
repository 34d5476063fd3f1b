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
