/**
 * A queue with one consumer: push from callbacks, read with `for await`. What a server's handler returns when its
 * messages come from several places, and what the client's streams are built on.
 */
export class AsyncQueue<T> implements AsyncIterable<T> {
  #items: T[] = [];
  #waiting: { resolve: (r: IteratorResult<T>) => void; reject: (e: unknown) => void } | undefined;
  #ended = false;
  #error: unknown;
  #failed = false;
  readonly #onTaken: (size: number) => void;
  readonly #onReturn: () => void;

  /** @param o.onTaken called with the number of items left after each read; o.onReturn when the consumer leaves early */
  constructor(o: { onTaken?: (size: number) => void; onReturn?: () => void } = {}) {
    this.#onTaken = o.onTaken ?? (() => {});
    this.#onReturn = o.onReturn ?? (() => {});
  }

  get size(): number {
    return this.#items.length;
  }

  /** True after end() or fail(); later pushes are dropped. */
  get ended(): boolean {
    return this.#ended;
  }

  push(item: T): void {
    if (this.#ended) return;
    const waiting = this.#waiting;
    if (waiting) {
      this.#waiting = undefined;
      waiting.resolve({ value: item, done: false });
    } else this.#items.push(item);
  }

  /** Ends the queue after what is in it. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#waiting?.resolve({ value: undefined, done: true });
    this.#waiting = undefined;
  }

  /** The consumer gets this error after what is in the queue. */
  fail(error: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#waiting) this.#waiting.reject(error);
    else {
      this.#failed = true;
      this.#error = error;
    }
    this.#waiting = undefined;
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return {
      next: () => this.#next(),
      return: async () => {
        this.#items = [];
        this.end();
        this.#onReturn();
        return { value: undefined, done: true };
      },
    };
  }

  async #next(): Promise<IteratorResult<T, undefined>> {
    if (this.#items.length > 0) {
      const value = this.#items.shift() as T;
      this.#onTaken(this.#items.length);
      return { value, done: false };
    }
    if (this.#failed) {
      this.#failed = false;
      throw this.#error;
    }
    if (this.#ended) return { value: undefined, done: true };
    if (this.#waiting) throw new Error('AsyncQueue has one consumer: next() was called while another waits');
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve: resolve as (r: IteratorResult<T>) => void, reject };
    });
  }
}
