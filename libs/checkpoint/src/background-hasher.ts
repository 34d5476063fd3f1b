import { Worker } from 'node:worker_threads';

interface Pending {
  resolve: (sums: string[]) => void;
  reject: (error: Error) => void;
}

/** Hashes files in shared memory on a thread of its own: sha256 takes longer than anything else in writing them. */
export class BackgroundHasher {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #dead: Error | undefined;

  constructor() {
    this.#worker = new Worker(new URL('./hash-worker.mjs', import.meta.url), { execArgv: [] });
    this.#worker.on('message', ({ id, sums }: { id: number; sums: string[] }) =>
      this.#pending.get(id)?.resolve(sums),
    );
    this.#worker.on('error', (error) => this.#failAll(error));
    this.#worker.on('exit', () => this.#failAll(new Error('the thread that hashes checkpoints has ended')));
    this.#worker.unref();
  }

  get dead(): boolean {
    return this.#dead !== undefined;
  }

  async sha256(
    memory: SharedArrayBuffer,
    files: readonly { offset: number; bytes: number }[],
  ): Promise<string[]> {
    if (this.#dead) throw this.#dead;
    const id = ++this.#lastId;
    this.#worker.ref();
    try {
      return await new Promise((resolve, reject) => {
        this.#pending.set(id, { resolve, reject });
        this.#worker.postMessage({ id, memory, files });
      });
    } finally {
      this.#pending.delete(id);
      if (this.#pending.size === 0) this.#worker.unref();
    }
  }

  #failAll(error: Error): void {
    this.#dead ??= error;
    for (const { reject } of this.#pending.values()) reject(error);
  }
}
