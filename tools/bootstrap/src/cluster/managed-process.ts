import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { BootstrapError } from '../errors.ts';
import type { Guard } from './guard.ts';
import { identify, sendSignal } from './process-identity.ts';
import type { ProcessRecord } from './state.ts';

/** What servers write when another program has their port. */
export const PORT_TAKEN = /address already in use/i;

export interface ProcessSpec {
  /** unique in the cluster; also the name of the log file */
  name: string;
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  port?: number;
  /** how long it may take to stop by itself after SIGTERM */
  stopMs: number;
}

export interface ExitInfo {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** One program under our control: its output goes to a log file directly, so that it outlives us without a broken pipe. */
export class ManagedProcess {
  readonly spec: ProcessSpec;
  readonly logFile: string;
  readonly #guard: Guard;
  #child: ChildProcess | undefined;
  #exited: Promise<ExitInfo> | undefined;
  #startTime = '';
  #stopping = false;

  constructor(spec: ProcessSpec, options: { logDir: string; guard: Guard }) {
    this.spec = spec;
    this.logFile = path.join(options.logDir, `${spec.name}.log`);
    this.#guard = options.guard;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** True from `stop` on: an exit is then expected. */
  get stopping(): boolean {
    return this.#stopping;
  }

  /** Resolves when the running program has ended. */
  get exited(): Promise<ExitInfo> {
    return this.#exited ?? Promise.resolve({ code: null, signal: null });
  }

  /** What cluster.json says of it; undefined when it does not run. */
  record(): ProcessRecord | undefined {
    if (!this.pid || this.#child?.exitCode !== null || this.#child.signalCode !== null) return undefined;
    const command = [this.spec.command, ...this.spec.args].join(' ');
    const { name, port } = this.spec;
    return { name, pid: this.pid, startTime: this.#startTime, command, ...(port ? { port } : {}) };
  }

  /** Starts the program, appending to its log when it was started before. */
  start(): void {
    const again = this.#child !== undefined;
    const log = fs.openSync(this.logFile, again ? 'a' : 'w', 0o600);
    try {
      this.#child = spawn(this.spec.command, this.spec.args, {
        cwd: this.spec.cwd,
        env: this.spec.env,
        stdio: ['ignore', log, log],
        // Its own group: a Ctrl-C in the terminal reaches only us, and we stop the parts in order.
        detached: true,
      });
    } finally {
      fs.closeSync(log);
    }
    const child = this.#child;
    this.#exited = new Promise((resolve) => {
      child.once('error', (error) => {
        fs.appendFileSync(this.logFile, `cannot start ${this.spec.command}: ${error.message}\n`);
        resolve({ code: 127, signal: null });
      });
      child.once('exit', (code, signal) => {
        if (child.pid) {
          this.#guard.forget(child.pid);
          sendSignal(-child.pid, 'SIGKILL'); // what it started itself and left behind
        }
        resolve({ code, signal });
      });
    });
    if (!child.pid) return;
    this.#startTime = identify(child.pid)?.startTime ?? '';
    this.#guard.watch(child.pid);
  }

  /** SIGTERM, and SIGKILL to its group when it takes longer than `stopMs`. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
    sendSignal(child.pid, 'SIGTERM');
    const timer = setTimeout(() => {
      sendSignal(child.pid ?? 0, 'SIGKILL');
      if (child.pid) sendSignal(-child.pid, 'SIGKILL');
    }, this.spec.stopMs);
    await this.exited;
    clearTimeout(timer);
  }

  /** The end of the log, for error messages, and before it the line that says that a port is taken (stacks may follow it). */
  logTail(lines = 12): string {
    try {
      const all = fs.readFileSync(this.logFile, 'utf8').trimEnd().split('\n');
      const end = all.slice(-lines);
      const cause = all.slice(0, -lines).findLast((line) => PORT_TAKEN.test(line));
      return (cause === undefined ? end : [cause, ...end]).join('\n');
    } catch {
      return '';
    }
  }

  /**
   * Polls until the program answers.
   * @throws BootstrapError START_FAILED when it ends before, or does not answer in time; with the end of its log
   */
  async waitUntil(ready: () => Promise<boolean>, timeoutMs: number): Promise<void> {
    let ended: ExitInfo | undefined;
    void this.exited.then((info) => (ended = info));
    const deadline = Date.now() + timeoutMs;
    while (Date.now() < deadline) {
      if (ended) throw this.#startFailed(`ended with ${describeExit(ended)}`);
      if (await ready().catch(() => false)) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw this.#startFailed(`did not answer within ${timeoutMs / 1000} s`);
  }

  #startFailed(what: string): BootstrapError {
    const tail = this.logTail();
    const log = tail ? `; the end of its log:\n    ${tail.replaceAll('\n', '\n    ')}` : '';
    return new BootstrapError('START_FAILED', `${this.spec.name} ${what}${log}`, {
      hint: `read ${this.logFile}; \`npm run ovis -- doctor\` checks its parts`,
    });
  }
}

/** "exit code 1" or "SIGKILL". */
export function describeExit({ code, signal }: ExitInfo): string {
  return signal ?? `exit code ${code}`;
}
