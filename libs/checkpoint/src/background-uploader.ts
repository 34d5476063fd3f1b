import { Worker } from 'node:worker_threads';
import { BackgroundHasher } from './background-hasher.ts';
import type { ManifestFile } from './manifest.ts';
import { fromWire, type FromWorker, type ToWorker, type UploadTask } from './upload-messages.ts';

type Written = Record<string, Omit<ManifestFile, 'key'>>;

interface Pending {
  resolve: (files: Written) => void;
  reject: (error: Error) => void;
  onRetry?: (error: Error) => void;
}

let shared: BackgroundUploader | undefined;

/** The one of this process: a thread takes a second to start, and the next stage needs one again. */
export function backgroundUploader(): BackgroundUploader {
  if (shared === undefined || shared.dead) shared = new BackgroundUploader();
  return shared;
}

/** Writes files that lie in shared memory, on threads of its own. */
export class BackgroundUploader {
  readonly #worker: Worker;
  readonly #hasher = new BackgroundHasher();
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #dead: Error | undefined;

  constructor() {
    this.#worker = new Worker(new URL('./upload-worker.mjs', import.meta.url), { execArgv: [] });
    this.#worker.on('message', (message: FromWorker) => this.#heard(message));
    this.#worker.on('error', (error) => this.#failAll(error));
    this.#worker.on('exit', () => this.#failAll(new Error('the thread that writes checkpoints has ended')));
    // Nothing to do is no reason to keep the process.
    this.#worker.unref();
  }

  get dead(): boolean {
    return this.#dead !== undefined || this.#hasher.dead;
  }

  /** Has the pages of memory provided that will be written to later. */
  touch(memory: SharedArrayBuffer): void {
    this.#send({ kind: 'touch', memory });
  }

  /**
   * Writes the files; the memory must not change before it settles. What the manifest says of each, by key.
   * @throws StorageError; the signal's reason
   */
  async upload(
    task: UploadTask,
    o: { signal?: AbortSignal; onRetry?: (error: Error) => void } = {},
  ): Promise<Written> {
    o.signal?.throwIfAborted();
    if (this.#dead) throw this.#dead;
    const id = ++this.#lastId;
    const abort = (): void => this.#send({ kind: 'abort', id });
    o.signal?.addEventListener('abort', abort, { once: true });
    this.#worker.ref();
    const sent = new Promise<Written>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, onRetry: o.onRetry });
      this.#send({ kind: 'upload', id, task });
    });
    try {
      // Both have ended when this does: the memory belongs to the caller again.
      const [hashed, written] = await Promise.allSettled([
        this.#hasher.sha256(task.memory, task.files),
        sent,
      ]);
      if (written.status === 'rejected') throw written.reason;
      if (hashed.status === 'rejected') throw hashed.reason;
      return Object.fromEntries(
        task.files.map(({ key }, i) => [key, { ...written.value[key]!, sha256: hashed.value[i]! }]),
      );
    } catch (error) {
      o.signal?.throwIfAborted();
      throw error;
    } finally {
      o.signal?.removeEventListener('abort', abort);
      this.#pending.delete(id);
      if (this.#pending.size === 0) this.#worker.unref();
    }
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #heard(message: FromWorker): void {
    const pending = this.#pending.get(message.id);
    if (message.kind === 'done') pending?.resolve(message.files);
    else if (message.kind === 'failed') pending?.reject(fromWire(message.error));
    else pending?.onRetry?.(fromWire(message.error));
  }

  #failAll(error: Error): void {
    this.#dead ??= error;
    for (const { reject } of this.#pending.values()) reject(error);
  }
}
