/**
 * Reads a source in the background, up to `maxBytes` ahead of its consumer. Iterate once; `stop` closes the source.
 * An error of the source is thrown to the consumer when it gets there, not before.
 */
export class ReadAhead implements AsyncIterable<Uint8Array> {
  readonly #maxBytes: number;
  readonly #queue: Uint8Array[] = [];
  #bytes = 0;
  #done = false;
  #stopped = false;
  #error: { cause: unknown } | undefined;
  #wakeConsumer: (() => void) | undefined;
  #wakeProducer: (() => void) | undefined;

  constructor(source: () => Promise<AsyncIterable<Uint8Array>>, maxBytes: number) {
    this.#maxBytes = maxBytes;
    void this.#fill(source);
  }

  stop(): void {
    this.#stopped = true;
    this.#queue.length = 0;
    this.#wakeProducer?.();
    this.#wakeConsumer?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        const chunk = this.#queue.shift();
        if (chunk !== undefined) {
          this.#bytes -= chunk.length;
          this.#wakeProducer?.();
          yield chunk;
        } else if (this.#error) {
          throw this.#error.cause;
        } else if (this.#done || this.#stopped) {
          return;
        } else {
          await new Promise<void>((resolve) => (this.#wakeConsumer = resolve));
        }
      }
    } finally {
      this.stop();
    }
  }

  async #fill(source: () => Promise<AsyncIterable<Uint8Array>>): Promise<void> {
    try {
      for await (const chunk of await source()) {
        if (this.#stopped) return;
        this.#queue.push(chunk);
        this.#bytes += chunk.length;
        this.#wakeConsumer?.();
        while (this.#bytes >= this.#maxBytes && !this.#stopped) {
          await new Promise<void>((resolve) => (this.#wakeProducer = resolve));
        }
        if (this.#stopped) return;
      }
      this.#done = true;
    } catch (cause) {
      this.#error = { cause };
    } finally {
      this.#wakeConsumer?.();
    }
  }
}
