import type { tf } from '../tf.ts';
import type { LibtensorflowBackend } from '../backend/backend.ts';
import { borrowQueue, returnQueue } from './emit-queue.ts';

/**
 * What a call gives out while it runs, in order. The tensors belong to whoever takes them. Take all, or call `return()`: what is not
 * taken is then freed when the call has ended. When the call fails, `next()` throws its error.
 */
export interface Emitted extends AsyncIterableIterator<tf.Tensor> {
  return(): Promise<IteratorResult<tf.Tensor>>;
}

const END: IteratorResult<tf.Tensor> = { done: true, value: undefined };

/** Emissions that come together with the results (XLA, WASM). */
export function emittedAtEnd(made: Promise<readonly tf.Tensor[]>): Emitted {
  made.catch(() => undefined);
  let rest: Promise<tf.Tensor[]> | undefined;
  const take = () => (rest ??= made.then((tensors) => tensors.slice()));
  const emitted: Emitted = {
    async next() {
      const value = (await take()).shift();
      return value ? { done: false, value } : END;
    },
    async return() {
      const left = await take().catch(() => []);
      for (const tensor of left.splice(0)) tensor.dispose();
      return END;
    },
    [Symbol.asyncIterator]: () => emitted,
  };
  return emitted;
}

/** Of a function that emits nothing. */
export const nothingEmitted: Emitted = {
  next: () => Promise.resolve(END),
  return: () => Promise.resolve(END),
  [Symbol.asyncIterator]: () => nothingEmitted,
};

/** Emissions of a call whose start is still to come. */
export function emittedLater(started: Promise<Emitted>): Emitted {
  const emitted: Emitted = {
    next: async () => (await started).next(),
    return: async () => (await started.catch(() => undefined))?.return() ?? END,
    [Symbol.asyncIterator]: () => emitted,
  };
  return emitted;
}

/**
 * Emissions of a running graph, through a queue. Waiting for one takes a thread of libuv's pool, which is asked for only once the graph itself
 * runs on another: waiting calls can never keep out the call that they wait for.
 */
export class QueueEmitted implements Emitted {
  readonly queue: ReturnType<typeof borrowQueue>;
  readonly #backend: LibtensorflowBackend;
  readonly #outputs: readonly { shape: number[]; dtype: number }[];
  #taken = 0;
  /** The call has failed, and the queue is gone. */
  #failed = false;
  /** Requests to the queue, one at a time. */
  #turn: Promise<unknown> = Promise.resolve();
  #call: Promise<unknown> | undefined;
  #begin: (call: Promise<unknown>) => void = () => undefined;
  readonly #begun = new Promise<Promise<unknown>[]>((resolve) => {
    // In an array, as a promise of a promise would wait for that, too.
    this.#begin = (call) => resolve([call]);
  });

  constructor(backend: LibtensorflowBackend, outputs: readonly { shape: number[]; dtype: number }[]) {
    this.#backend = backend;
    this.#outputs = outputs;
    this.queue = borrowQueue(backend.native, outputs[0]!.dtype);
  }

  /** The graph runs from now on. */
  begin(call: Promise<unknown>): void {
    this.#call = call;
    // A graph that failed never fills the queue: whoever waits must hear of it.
    call.catch(() => {
      this.#failed = true;
      this.queue.destroy();
    });
    this.#begin(call);
  }

  /** The call came to nothing before its graph ran. */
  cancel(error: unknown): void {
    this.begin(Promise.reject(error as Error));
  }

  next(): Promise<IteratorResult<tf.Tensor>> {
    const turn = this.#turn.then(() => this.#take());
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async return(): Promise<IteratorResult<tf.Tensor>> {
    const [call] = await this.#begun;
    await call!.catch(() => undefined);
    for (;;) {
      const left = await this.next().catch(() => END);
      if (left.done) return END;
      left.value.dispose();
    }
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #take(): Promise<IteratorResult<tf.Tensor>> {
    const output = this.#outputs[this.#taken];
    if (!output) return END;
    await this.#begun;
    if (this.#failed) await this.#call;
    let id: number;
    try {
      id = await this.queue.take();
    } catch (error) {
      await this.#call;
      throw error;
    }
    this.#taken++;
    if (this.#taken === this.#outputs.length) this.#finish();
    return { done: false, value: this.#backend.adopt({ id, ...output }) };
  }

  /** All is taken; the call may still fail, which ends the queue. */
  #finish(): void {
    const { native } = this.#backend;
    this.#call!.then(
      () => returnQueue(native, this.#outputs[0]!.dtype, this.queue),
      () => undefined,
    );
  }
}
