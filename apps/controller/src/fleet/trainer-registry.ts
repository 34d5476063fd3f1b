import { EventEmitter } from 'node:events';
import { TrainerState, type Heartbeat, type Registration } from '@ovis/protocol';

/** How often trainers report, and after how much silence one does not count as alive. */
export interface FleetTimes {
  heartbeatMs: number;
  lostAfterMs: number;
  /** A lease whose trainer reports idle for this long was forgotten by its owner (a terminated workflow). */
  leaseIdleMs: number;
  /** Trainers that are away are listed for this long. */
  forgetAfterMs: number;
}

export const defaultTimes: FleetTimes = {
  heartbeatMs: 1_000,
  lostAfterMs: 10_000,
  leaseIdleMs: 60_000,
  forgetAfterMs: 600_000,
};

export interface Lease {
  runId: string;
  gangId: string;
  generation: number;
}

export interface TrainerEntry {
  registration: Registration;
  heartbeat?: Heartbeat;
  /** Its Watch stream is open. */
  connected: boolean;
  /** Milliseconds (clock of the registry) of the last report. */
  lastSeen: number;
  lease?: Lease & { since: number };
  /** Since when it reports idle; undefined while it works. */
  idleSince?: number;
}

/**
 * The trainers of the fleet: who is alive, who works for which gang. Memory only: after a restart the trainers register
 * again within seconds and their heartbeats say which gang they work for, which is what the leases are made of.
 */
export class TrainerRegistry {
  readonly times: FleetTimes;
  readonly #now: () => number;
  readonly #trainers = new Map<string, TrainerEntry>();
  readonly #changes = new EventEmitter().setMaxListeners(0);

  constructor(o: { times?: Partial<FleetTimes>; now?: () => number } = {}) {
    this.times = { ...defaultTimes, ...o.times };
    this.#now = o.now ?? (() => performance.now());
  }

  /** A trainer's first report on a stream. A new process under a known id takes its place and has no work. */
  register(registration: Registration): TrainerEntry {
    const before = this.#trainers.get(registration.trainerId);
    const sameProcess =
      before !== undefined &&
      before.registration.pid === registration.pid &&
      before.registration.host === registration.host;
    const entry: TrainerEntry = sameProcess
      ? Object.assign(before, { registration, connected: true, lastSeen: this.#now() })
      : { registration, connected: true, lastSeen: this.#now() };
    this.#trainers.set(registration.trainerId, entry);
    this.#changes.emit('change');
    return entry;
  }

  /** A later report. `entry` is what `register` gave, so that a stream that was replaced changes nothing. */
  beat(entry: TrainerEntry, heartbeat: Heartbeat): void {
    if (this.#trainers.get(entry.registration.trainerId) !== entry) return;
    const now = this.#now();
    const wasIdle = entry.idleSince !== undefined;
    entry.heartbeat = heartbeat;
    entry.lastSeen = now;
    if (heartbeat.state === TrainerState.IDLE) entry.idleSince ??= now;
    else entry.idleSince = undefined;
    if (heartbeat.gangId !== '' && entry.idleSince === undefined && entry.lease === undefined) {
      const { runId, gangId, generation } = heartbeat;
      entry.lease = { runId, gangId, generation, since: now };
    }
    const forgotten =
      entry.lease !== undefined &&
      entry.idleSince !== undefined &&
      now - Math.max(entry.idleSince, entry.lease.since) > this.times.leaseIdleMs;
    if (forgotten) entry.lease = undefined;
    if (forgotten || wasIdle !== (entry.idleSince !== undefined)) this.#changes.emit('change');
  }

  disconnect(entry: TrainerEntry): void {
    if (this.#trainers.get(entry.registration.trainerId) !== entry) return;
    entry.connected = false;
    this.#changes.emit('change');
  }

  /** Connected and heard of lately. */
  isAlive(trainerId: string): boolean {
    const entry = this.#trainers.get(trainerId);
    return entry !== undefined && entry.connected && this.silentMs(entry) < this.times.lostAfterMs;
  }

  silentMs(entry: TrainerEntry): number {
    return this.#now() - entry.lastSeen;
  }

  /** All known trainers by id; those away for long are dropped. */
  list(): TrainerEntry[] {
    for (const [id, entry] of this.#trainers) {
      if (!entry.connected && this.silentMs(entry) > this.times.forgetAfterMs) this.#trainers.delete(id);
    }
    return [...this.#trainers.values()].sort((a, b) =>
      a.registration.trainerId.localeCompare(b.registration.trainerId, 'en', { numeric: true }),
    );
  }

  alive(): TrainerEntry[] {
    return this.list().filter((entry) => this.isAlive(entry.registration.trainerId));
  }

  /** Alive, idle, and not promised to another gang. */
  available(gangId: string): TrainerEntry[] {
    return this.alive().filter(
      (entry) =>
        entry.heartbeat?.state === TrainerState.IDLE &&
        (entry.lease === undefined || entry.lease.gangId === gangId),
    );
  }

  lease(entries: TrainerEntry[], lease: Lease): void {
    for (const entry of entries) entry.lease = { ...lease, since: this.#now() };
  }

  /** Frees what `gangId` holds up to `generation`. */
  release(gangId: string, generation: number): void {
    for (const entry of this.#trainers.values()) {
      if (entry.lease?.gangId === gangId && entry.lease.generation <= generation) entry.lease = undefined;
    }
    this.#changes.emit('change');
  }

  /** Resolves at the next change, after `ms`, or when the signal aborts. */
  changed(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#changes.off('change', done);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#changes.once('change', done);
      signal?.addEventListener('abort', done, { once: true });
    });
  }
}
