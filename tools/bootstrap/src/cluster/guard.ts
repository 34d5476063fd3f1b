import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { identify } from './process-identity.ts';

const SCRIPT = path.join(path.dirname(fileURLToPath(import.meta.url)), 'guard.mjs');

/**
 * A tiny process that outlives this one and ends the watched processes when this one is gone, also after SIGKILL.
 * Programs such as the Temporal server cannot watch a pipe themselves.
 */
export class Guard {
  #child: ChildProcess | undefined;
  readonly #watched = new Map<number, string>();
  #closed = false;
  readonly #label: string;

  /** @param label shown in the process list: whose guard it is */
  constructor(label: string) {
    this.#label = label;
    this.#start();
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  watch(pid: number): void {
    const startTime = identify(pid)?.startTime;
    if (startTime === undefined) return; // ended already
    this.#watched.set(pid, startTime);
    this.#send({ watch: { pid, startTime } });
  }

  forget(pid: number): void {
    this.#watched.delete(pid);
    this.#send({ forget: pid });
  }

  /** Ends the guard and waits for it; the watched processes are left alone. */
  async close(): Promise<void> {
    this.#closed = true;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    const gone = new Promise((resolve) => child.once('exit', resolve));
    this.#send({ done: true });
    child.stdin?.end();
    await gone;
  }

  #start(): void {
    // Its own session: a Ctrl-C in the terminal does not reach it.
    const child = spawn(process.execPath, [SCRIPT, this.#label], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#child = child;
    child.unref();
    // An unreferenced pipe does not keep this process alive.
    (child.stdin as unknown as { unref?: () => void } | null)?.unref?.();
    child.stdin?.on('error', () => undefined); // the exit handler below starts another one
    child.once('exit', () => {
      if (this.#closed) return;
      this.#start();
      for (const [pid, startTime] of this.#watched) this.#send({ watch: { pid, startTime } });
    });
  }

  #send(message: object): void {
    this.#child?.stdin?.write(`${JSON.stringify(message)}\n`);
  }
}
