import { createRequire } from 'node:module';
import type { CpuInfo } from 'node:os';
import { Worker } from 'node:worker_threads';

const require = createRequire(import.meta.url);
/** The mutable module object, as Emscripten's program sees it. */
const os = require('node:os') as { cpus: () => CpuInfo[] };
const PACKAGE = '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd';

/** What Emscripten's main thread says to its workers. */
interface Message {
  cmd: 'load' | 'run' | 'cancel' | 'processProxyingQueue';
}
type Listener = (value: unknown) => void;

/** TF.js's program takes no more threads, however many are asked for. */
export const MAX_THREADS = 4;

/**
 * The threads of TF.js's threaded WASM build as worker threads of Node. Emscripten's program knows Node, but TF.js hands it blob
 * URLs that Node's workers cannot load, and it would start eight workers that keep the process alive. So this stands in for
 * its `Worker`: eight slots, of which only those that are given a thread to run get a worker.
 *
 * The workers are running before TF.js is told that its pool is ready: the first product would wait for ever for a worker
 * that cannot start.
 */
export class WorkerPool {
  /** Rejects when a worker fails to start; never resolves. */
  readonly failure: Promise<never>;
  readonly #threads: Worker[] = [];
  readonly #count: number;
  #fail!: (error: unknown) => void;
  #loaded: Promise<void> | undefined;

  /** @param count of workers; products run on these and the calling thread */
  constructor(count: number) {
    this.#count = count;
    this.failure = new Promise((_, reject) => (this.#fail = reject));
    // Whoever waits for it sees the error; nobody has to.
    this.failure.catch(() => undefined);
  }

  /**
   * Runs `start` with this pool as the global `Worker`, which Emscripten's program sets and uses, and takes back what the
   * program leaves behind: that global, and handlers of uncaught errors that belong to the process.
   */
  async during<T>(start: () => Promise<T>): Promise<T> {
    const before = Object.getOwnPropertyDescriptor(globalThis, 'Worker');
    const restoreHandlers = keepHandlers();
    // TF.js takes at most half of the processors it sees as threads.
    const { cpus } = os;
    os.cpus = () => Array.from({ length: 2 * (this.#count + 1) }, () => cpus()[0]!);
    const make = (): Slot => new Slot(this);
    Object.defineProperty(globalThis, 'Worker', {
      configurable: true,
      get: () =>
        function slot(): Slot {
          return make();
        },
      set: () => undefined,
    });
    try {
      return await Promise.race([start(), this.failure]);
    } finally {
      if (before) Object.defineProperty(globalThis, 'Worker', before);
      else Reflect.deleteProperty(globalThis, 'Worker');
      os.cpus = cpus;
      restoreHandlers();
    }
  }

  /** Starts the workers with the program and memory of the first such message; resolves when all can run threads. */
  load(message: Message): Promise<void> {
    return (this.#loaded ??= this.#start(message));
  }

  take(): Worker {
    const thread = this.#threads.pop();
    if (!thread) throw new Error(`The WASM program asked for more than ${this.#count} workers.`);
    return thread;
  }

  async #start(message: Message): Promise<void> {
    const { wasmWorkerContents } = require(`${PACKAGE}.worker.js`) as { wasmWorkerContents: string };
    // One line of code in a template literal that has turned its escaped line ends into real ones.
    const program = wasmWorkerContents.replaceAll('\n', '\\n');
    const load = { ...message, urlOrBlob: require.resolve(`${PACKAGE}.js`) };
    const starting = Array.from({ length: this.#count }, () => {
      // Without this process's loaders (tsx) and options: the program is plain CommonJS.
      const thread = new Worker(program, { eval: true, execArgv: [], env: {} });
      return new Promise<void>((resolve, reject) => {
        thread.once('error', reject);
        thread.once('exit', (code) => reject(new Error(`A WASM worker ended with code ${code}.`)));
        thread.once('message', () => {
          thread.removeAllListeners();
          // Idle or not, it is no reason for the process to stay.
          thread.unref();
          this.#threads.push(thread);
          resolve();
        });
        thread.postMessage(load);
      });
    });
    try {
      await Promise.all(starting);
    } catch (error) {
      for (const thread of this.#threads) void thread.terminate();
      this.#fail(error);
      throw error;
    }
  }

  /** Ends idle workers; those in use end with the process. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.splice(0).map((thread) => thread.terminate()));
  }
}

/** What Emscripten's program takes for a worker. */
class Slot {
  readonly #pool: WorkerPool;
  readonly #listeners: [event: string, listener: Listener][] = [];
  #thread: Worker | undefined;

  constructor(pool: WorkerPool) {
    this.#pool = pool;
  }

  on(event: string, listener: Listener): void {
    this.#listeners.push([event, listener]);
  }

  postMessage(message: Message): void {
    if (message.cmd === 'load') {
      // A failure goes to whoever started the pool.
      this.#pool.load(message).then(
        () => this.#emit('message', { cmd: 'loaded' }),
        () => undefined,
      );
      return;
    }
    if (message.cmd === 'run' && !this.#thread) {
      this.#thread = this.#pool.take();
      this.#thread.on('message', (value) => this.#emit('message', value));
      this.#thread.on('error', (error) => this.#emit('error', error));
      // Listeners make it count again.
      this.#thread.unref();
    }
    this.#thread?.postMessage(message);
  }

  /** Emscripten would keep the process alive as long as its threads are. */
  ref(): void {}

  unref(): void {}

  terminate(): void {
    void this.#thread?.terminate();
  }

  #emit(event: string, value: unknown): void {
    for (const [name, listener] of this.#listeners) if (name === event) listener(value);
  }
}

/** Remembers the process's handlers of uncaught errors; the result removes those added since. */
export function keepHandlers(): () => void {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = new Set<unknown>(events.flatMap((event) => process.listeners(event as 'exit')));
  return () => {
    for (const event of events) {
      for (const listener of process.listeners(event as 'exit')) {
        if (!before.has(listener)) process.off(event, listener);
      }
    }
  };
}
