import { Worker } from 'node:worker_threads';
import type { ManifestFile } from './manifest.ts';
import { fromWire, type FromWorker, type ToWorker, type UploadTask } from './upload-messages.ts';

interface Pending {
  resolve: (files: Record<string, Omit<ManifestFile, 'key'>>) => void;
  reject: (error: Error) => void;
  onRetry?: (error: Error) => void;
}

let shared: BackgroundUploader | undefined;

/** The one of this process: a thread takes a second to start, and the next stage needs one again. */
export function backgroundUploader(): BackgroundUploader {
  if (shared === undefined || shared.dead) shared = new BackgroundUploader();
  return shared;
}

/** Writes files that lie in shared memory, on a thread of its own. */
export class BackgroundUploader {
  readonly #worker: Worker;
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
    return this.#dead !== undefined;
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
  ): Promise<Record<string, Omit<ManifestFile, 'key'>>> {
    o.signal?.throwIfAborted();
    if (this.#dead) throw this.#dead;
    const id = ++this.#lastId;
    const abort = (): void => this.#send({ kind: 'abort', id });
    o.signal?.addEventListener('abort', abort, { once: true });
    this.#worker.ref();
    try {
      return await new Promise((resolve, reject) => {
        this.#pending.set(id, { resolve, reject, onRetry: o.onRetry });
        this.#send({ kind: 'upload', id, task });
      });
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
