import { EventEmitter } from 'node:events';
import { TrainerState, type FleetCommandInput, type Heartbeat, type Registration } from '@ovis/protocol';

/** How often trainers report, and after how much silence one does not count as alive. */
export interface FleetTimes {
  heartbeatMs: number;
  lostAfterMs: number;
  /** A lease whose trainer is idle and that nobody has spoken for so long was forgotten by its owner (a terminated workflow). */
  leaseIdleMs: number;
  /** Trainers that are away are listed for this long. */
  forgetAfterMs: number;
  /** After a start of the controller, until the trainers of the one before have registered again. */
  settleMs: number;
}

export const defaultTimes: FleetTimes = {
  heartbeatMs: 1_000,
  lostAfterMs: 10_000,
  leaseIdleMs: 60_000,
  forgetAfterMs: 600_000,
  settleMs: 7_000,
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
  /** `touched`: when somebody last spoke for it. `reported`: known from the trainer alone, as after a restart of the controller. */
  lease?: Lease & { touched: number; reported: boolean };
  /** Since when it reports idle; undefined while it works. */
  idleSince?: number;
  /** Until when it gets no new work: it was blamed for a failure. A new process starts without blame. */
  restsUntil?: number;
  /** The gang at work whose stage it has been asked to prepare, to take a place in it; `done`: it is ready. */
  prepares?: { gangId: string; done: boolean };
  /** Puts a command into its stream. */
  command?: (command: FleetCommandInput) => void;
}

/**
 * The trainers of the fleet: who is alive, who works for which gang. Memory only: after a restart the trainers register
 * again within seconds and their heartbeats say which gang they work for, which is what the leases are made of.
 */
export class TrainerRegistry {
  readonly times: FleetTimes;
  readonly #now: () => number;
  readonly #began: number;
  readonly #trainers = new Map<string, TrainerEntry>();
  readonly #changes = new EventEmitter().setMaxListeners(0);

  constructor(o: { times?: Partial<FleetTimes>; now?: () => number } = {}) {
    this.times = { ...defaultTimes, ...o.times };
    this.#now = o.now ?? (() => performance.now());
    this.#began = this.#now();
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
    const before = entry.heartbeat;
    entry.heartbeat = heartbeat;
    entry.lastSeen = now;
    if (heartbeat.state === TrainerState.IDLE) entry.idleSince ??= now;
    else entry.idleSince = undefined;
    const hadLease = entry.lease !== undefined;
    this.#believe(entry, heartbeat);
    const { lease, idleSince } = entry;
    if (lease !== undefined && idleSince !== undefined) {
      const forgotten = now - Math.max(idleSince, lease.touched) > this.times.leaseIdleMs;
      if (forgotten) this.#drop(entry);
    }
    const changed = hadLease !== (entry.lease !== undefined) || wasIdle !== (entry.idleSince !== undefined);
    if (changed || heartbeat.held?.step !== before?.held?.step) this.#changes.emit('change');
  }

  /** What a trainer says of itself makes up for what this controller cannot know. */
  #believe(entry: TrainerEntry, { reservation, runId, gangId, generation }: Heartbeat): void {
    const said = reservation ?? (gangId === '' ? undefined : { runId, gangId, generation });
    const { lease } = entry;
    if (said === undefined) {
      if (lease?.reported === true) entry.lease = undefined;
    } else if (lease === undefined || (lease.reported && lease.gangId !== said.gangId)) {
      entry.lease = { ...said, touched: this.#now(), reported: true };
    } else if (lease.gangId === said.gangId) {
      lease.generation = Math.max(lease.generation, said.generation);
    }
  }

  #drop(entry: TrainerEntry): void {
    if (entry.lease === undefined) return;
    const { gangId, generation } = entry.lease;
    entry.lease = undefined;
    entry.command?.({ forget: { gangId, generation } });
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

  /** Alive, idle, promised to nobody, and not blamed. */
  free(): TrainerEntry[] {
    return this.alive().filter(
      (entry) =>
        entry.heartbeat?.state === TrainerState.IDLE && entry.lease === undefined && !this.#rests(entry),
    );
  }

  /** What a gang holds, of whom something is heard and who do not leave. */
  heldBy(gangId: string): TrainerEntry[] {
    return this.alive().filter(
      ({ lease, heartbeat }) => lease?.gangId === gangId && heartbeat?.state !== TrainerState.DRAINING,
    );
  }

  lease(entry: TrainerEntry, lease: Lease): void {
    entry.lease = { ...lease, touched: this.#now(), reported: false };
  }

  /** Somebody speaks for what the gang holds (in this generation). */
  touch(gangId: string, generation?: number): void {
    for (const { lease } of this.#trainers.values()) {
      if (lease?.gangId === gangId && (generation ?? lease.generation) === lease.generation)
        lease.touched = this.#now();
    }
  }

  /** False in the first seconds, while trainers that the controller before knew may still be missing. */
  get settled(): boolean {
    return this.#now() - this.#began >= this.times.settleMs;
  }

  /** Gives up one trainer of a gang; it is told so, should it still be there. */
  letGo(trainerId: string, gangId: string): void {
    const entry = this.#trainers.get(trainerId);
    if (entry?.lease?.gangId !== gangId) return;
    this.#drop(entry);
    this.#changes.emit('change');
  }

  /** It was blamed: no new work for a while. */
  rest(trainerId: string, ms: number): void {
    const entry = this.#trainers.get(trainerId);
    if (entry !== undefined) entry.restsUntil = Math.max(entry.restsUntil ?? 0, this.#now() + ms);
  }

  #rests(entry: TrainerEntry): boolean {
    return entry.restsUntil !== undefined && entry.restsUntil > this.#now();
  }

  /** Frees what `gangId` holds up to `generation`, without telling the trainers. */
  release(gangId: string, generation: number): void {
    for (const entry of this.#trainers.values()) {
      if (entry.lease?.gangId === gangId && entry.lease.generation <= generation) entry.lease = undefined;
    }
    this.#changes.emit('change');
  }

  /** It has just said that it does nothing for this gang any more: its last heartbeat is older. */
  assumeIdle(trainerId: string, gangId: string): void {
    const entry = this.#trainers.get(trainerId);
    const { heartbeat } = entry ?? {};
    if (entry === undefined || heartbeat === undefined) return;
    if (heartbeat.state === TrainerState.BUSY && heartbeat.gangId !== gangId) return;
    const state = heartbeat.state === TrainerState.BUSY ? TrainerState.IDLE : heartbeat.state;
    const nothing = {
      runId: '',
      gangId: '',
      generation: 0,
      stage: 0,
      step: 0,
      held: null,
      reservation: null,
    };
    entry.heartbeat = { ...heartbeat, ...nothing, state };
    entry.idleSince ??= this.#now();
  }

  find(trainerId: string): TrainerEntry | undefined {
    return this.#trainers.get(trainerId);
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
