import { Worker } from 'node:worker_threads';
import type { Blocked, WatchdogData, WatchedJob } from './messages.ts';

export interface WatchdogOptions {
  trainerId: string;
  /** Default 5,000: building a graph blocks for less. */
  noticeMs?: number;
  /** Default 30,000. */
  reportMs?: number;
}

const pulseMs = 100;

/**
 * A thread that sees when the main thread is stuck, and where: a thread that is stuck cannot say so itself. Long silences are written to the log
 * and to `<storage>/<run>/reports/` while they last.
 */
export class Watchdog {
  readonly #worker: Worker;
  readonly #timer: NodeJS.Timeout;
  #longest: Blocked = { ms: 0, stack: '' };

  constructor({ trainerId, noticeMs = 5_000, reportMs = 30_000 }: WatchdogOptions) {
    const pulse = new SharedArrayBuffer(4);
    const beats = new Int32Array(pulse);
    this.#timer = setInterval(() => Atomics.add(beats, 0, 1), pulseMs).unref();
    const workerData: WatchdogData = { trainerId, pulse, noticeMs, reportMs };
    this.#worker = new Worker(new URL('./watchdog-worker.mjs', import.meta.url), {
      workerData,
      execArgv: [],
    });
    this.#worker.unref();
    this.#worker.on('message', (blocked: Blocked) => {
      if (blocked.ms > this.#longest.ms) this.#longest = blocked;
    });
    // Nothing depends on it.
    this.#worker.on('error', () => clearInterval(this.#timer));
  }

  /** What the reports are about; nothing when the trainer is idle. */
  watch(job: WatchedJob | undefined): void {
    this.#worker.postMessage(job);
  }

  /** The longest time that the main thread did not answer since this was asked last, and where it was. */
  takeLongest(): Blocked {
    const longest = this.#longest;
    this.#longest = { ms: 0, stack: '' };
    return longest;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#worker.terminate();
  }
}
