import fs from 'node:fs';
import path from 'node:path';
import { BootstrapError } from '../errors.ts';
import { Guard } from './guard.ts';
import { describeExit, ManagedProcess, type ExitInfo, type ProcessSpec } from './managed-process.ts';
import type { ProcessRecord } from './state.ts';

/** The order of stopping is the reverse: trainers first, the servers they write to last. */
export const TIER = { server: 0, controller: 1, trainer: 2 } as const;

export interface ProcessEvent {
  type: 'started' | 'exited' | 'restarting' | 'gave-up' | 'left';
  /** "trainer-1", "controller", "temporal", "s3" */
  name: string;
  pid?: number;
  exit?: ExitInfo;
  /** restarts within the last window, this one included */
  restarts: number;
  /** a whole sentence for the user */
  message: string;
}

export interface RestartPolicy {
  /** at most this many restarts ... */
  max: number;
  /** ... within this time */
  windowMs: number;
  /** pause before the first restart; doubles with each further one */
  firstDelayMs: number;
}

export const RESTART: RestartPolicy = { max: 5, windowMs: 600_000, firstDelayMs: 500 };

interface Entry {
  process: ManagedProcess;
  tier: number;
  restartedAt: number[];
}

/** Starts programs, restarts those that die (a bounded number of times), and stops all of them in order. */
export class Supervisor {
  readonly guard: Guard;
  readonly #entries: Entry[] = [];
  readonly #listeners = new Set<(event: ProcessEvent) => void>();
  readonly #logDir: string;
  readonly #policy: RestartPolicy;
  readonly #onChange: () => void;
  #stopped: Promise<void> | undefined;

  constructor(o: { logDir: string; onChange: () => void; policy?: RestartPolicy }) {
    this.guard = new Guard(o.logDir);
    this.#logDir = o.logDir;
    this.#onChange = o.onChange;
    this.#policy = o.policy ?? RESTART;
    fs.mkdirSync(o.logDir, { recursive: true });
  }

  onEvent(listener: (event: ProcessEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  records(): ProcessRecord[] {
    return this.#entries.flatMap(({ process }) => process.record() ?? []);
  }

  /**
   * Starts one program and waits until it answers. Only from then on it is restarted when it ends: what cannot start
   * is an error for the caller.
   */
  async start(
    spec: ProcessSpec,
    o: { tier: number; ready?: () => Promise<boolean>; timeoutMs?: number },
  ): Promise<ManagedProcess> {
    if (this.#stopped) throw stoppedError(spec.name);
    const process = new ManagedProcess(spec, { logDir: this.#logDir, guard: this.guard });
    const entry: Entry = { process, tier: o.tier, restartedAt: [] };
    keepOneOldLog(process.logFile);
    process.start();
    this.#entries.push(entry);
    this.#onChange();
    try {
      if (o.ready) await process.waitUntil(o.ready, o.timeoutMs ?? 30_000);
    } catch (error) {
      if (this.#stopped) throw stoppedError(spec.name);
      await process.stop();
      this.#entries.splice(this.#entries.indexOf(entry), 1);
      this.#onChange();
      throw error;
    }
    void this.#watch(entry);
    return process;
  }

  /** Stops everything, highest tier first; further calls return the same promise. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopTiers();
    return this.#stopped;
  }

  async #stopTiers(): Promise<void> {
    for (const tier of [TIER.trainer, TIER.controller, TIER.server]) {
      await Promise.all(this.#entries.filter((entry) => entry.tier === tier).map((e) => e.process.stop()));
    }
    await this.guard.close();
  }

  async #watch(entry: Entry): Promise<void> {
    const { process, restartedAt } = entry;
    const { name } = process.spec;
    for (;;) {
      const exit = await process.exited;
      if (process.stopping || this.#stopped) return;
      this.#onChange();
      const now = Date.now();
      while (restartedAt[0] !== undefined && now - restartedAt[0] > this.#policy.windowMs)
        restartedAt.shift();
      const how = describeExit(exit);
      const log = path.relative(globalThis.process.cwd(), process.logFile);
      if (exit.code === 0 && entry.tier === TIER.trainer) {
        // It was asked to leave, and did.
        const message = `${name} has left and is not started again`;
        this.#emit({ type: 'left', name, exit, restarts: restartedAt.length, message });
        return;
      }
      if (restartedAt.length >= this.#policy.max) {
        const message = `${name} ended with ${how} and is not started again: ${restartedAt.length} restarts did not help; see ${log}`;
        this.#emit({ type: 'gave-up', name, exit, restarts: restartedAt.length, message });
        return;
      }
      this.#emit({
        type: 'exited',
        name,
        exit,
        restarts: restartedAt.length,
        message: `${name} ended with ${how}`,
      });
      const delay = this.#policy.firstDelayMs * 2 ** restartedAt.length;
      await new Promise((resolve) => setTimeout(resolve, delay));
      if (this.#stopped) return;
      restartedAt.push(now);
      const restarts = restartedAt.length;
      const message = `${name} ended with ${how}; started again (${restarts} of ${this.#policy.max}), log ${log}`;
      process.start();
      this.#emit({ type: 'restarting', name, pid: process.pid, exit, restarts, message });
      this.#onChange();
    }
  }

  #emit(event: ProcessEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function stoppedError(name: string): BootstrapError {
  return new BootstrapError('STOPPED', `${name} was not started: the cluster is being stopped`, {
    hint: 'start again when it has stopped',
  });
}

/** The log of the run before stays beside the new one. */
function keepOneOldLog(file: string): void {
  if (fs.existsSync(file)) fs.renameSync(file, `${file}.1`);
}
