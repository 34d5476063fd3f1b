import type { GroupOptions } from './connect.ts';
import {
  CollectiveError,
  CollectiveMismatchError,
  CorruptFrameError,
  GroupAbortedError,
  PeerLostError,
  toReport,
} from './errors.ts';
import type { AbortReport, LostReason } from './errors.ts';
import { SHARED_PATH } from './exchanges/shared-reduce.ts';
import { directBytes, stagingFor, type Call, type Exchange } from './exchanges/exchange.ts';
import { FlightRecorder } from './flight-recorder.ts';
import { FrameType, tagChecksum, type FrameHeader } from './frame.ts';
import { Incoming } from './incoming.ts';
import type { LinkEvents, PeerLink } from './peer-link.ts';
import { StallWatch, type PeerState } from './stall-watch.ts';

interface Task {
  exchange: Exchange;
  /** Of the exchange's tag. */
  tagCrc: number;
  sequence: number;
  /** Frames handed to links and not yet written: their memory is still in use. */
  unsent: number;
  resolve: () => void;
  reject: (error: Error) => void;
}

export interface GroupStats {
  collectives: number;
  /** Payload bytes. */
  bytesSent: number;
  bytesReceived: number;
  /** Time with a collective in progress, waiting for slower ranks included. */
  busyMs: number;
}

/**
 * Runs exchanges one after the other over the links of a group: hands frames to the exchange they belong to, keeps what
 * comes early, and ends everything with one error when anything is wrong.
 */
export class CollectiveEngine {
  readonly rank: number;
  readonly world: number;
  readonly stats: GroupStats = { collectives: 0, bytesSent: 0, bytesReceived: 0, busyMs: 0 };
  /** Memory for large contributions, kept between collectives. */
  readonly staging: (Uint8Array | undefined)[] = [];
  readonly recorder: FlightRecorder;
  readonly #addresses: string[];
  readonly #timeoutMs: number;
  readonly #links: (PeerLink | undefined)[];
  readonly #left = new Set<number>();
  readonly #watch: StallWatch;
  /** What peers have sent for the current collective, by rank, and (peers may be one ahead) for the next. */
  #incoming: (Incoming | undefined)[] = [];
  #early: (Incoming | undefined)[] = [];
  #queue: Task[] = [];
  #task: Task | undefined;
  /** Sequence number of the collective after the current one. */
  #begun = 0;
  #calls = 0;
  #startedAt = 0;
  #starting = false;
  #error: Error | undefined;

  constructor(options: GroupOptions) {
    this.rank = options.rank;
    this.world = options.world;
    this.recorder = new FlightRecorder(options.onReport);
    this.#addresses = [...options.addresses];
    this.#timeoutMs = options.timeoutMs ?? 120_000;
    this.#links = Array.from({ length: options.world }, () => undefined);
    this.#watch = new StallWatch(this.#timeoutMs, {
      awaited: () => this.#awaited(),
      progress: (rank) => this.#links[rank]?.progress ?? 0,
      ask: (rank) => this.#links[rank]?.sendControl(FrameType.PING, {}),
      stalled: (rank) => this.#lost(rank, 'stalled'),
    });
  }

  /** Why the group is over. */
  get error(): Error | undefined {
    return this.#error;
  }

  attach(rank: number, link: PeerLink): void {
    this.#links[rank] = link;
  }

  /** Queues a collective; `make` is called now. */
  run(make: () => Exchange): Promise<void> {
    if (this.#error) return Promise.reject(this.#errorFor(undefined));
    return new Promise((resolve, reject) => {
      const exchange = make();
      const tagCrc = tagChecksum(exchange.tag);
      this.#queue.push({ exchange, tagCrc, sequence: this.#calls, unsent: 0, resolve, reject });
      this.#calls += 1;
      this.#startNext();
    });
  }

  /** A loop, not a recursion: with data of peers already here, one collective can end inside the start of another. */
  #startNext(): void {
    if (this.#starting) return;
    this.#starting = true;
    while (!this.#task && !this.#error && this.#queue.length > 0) this.#start(this.#queue.shift() as Task);
    this.#starting = false;
    if (this.#task) this.#watch.start();
    else this.#watch.stop();
  }

  #start(task: Task): void {
    this.#task = task;
    this.#begun = task.sequence + 1;
    this.#incoming = this.#early;
    this.#early = [];
    this.#startedAt = performance.now();
    this.recorder.begin({ ...task.exchange, sequence: task.sequence }, this);
    this.#watch.reset();
    const gone = this.#left.values().next();
    if (!gone.done) return this.#lost(gone.value, 'left');
    const { exchange } = task;
    exchange.start((to, phase, part, streamBytes, crc) =>
      this.#send(task, to, phase, part, streamBytes, crc),
    );
    for (const [rank, incoming] of this.#incoming.entries()) {
      if (!incoming || this.#error) continue;
      if (!this.#agrees(rank, incoming.header)) return;
      const moved = incoming.move(0, (bytes, early) => exchange.place(rank, 0, bytes, early));
      if (!moved) return this.#mismatch(rank, incoming.header);
      if (incoming.completed >= exchange.phases) this.recorder.peerDone(rank);
      if (incoming.bytesOf(0) > 0 || incoming.completed > 0) exchange.arrived(rank, 0, incoming.bytesOf(0));
    }
    this.#finish();
  }

  #send(task: Task, to: number, phase: number, part: Uint8Array, streamBytes: number, crc?: number): void {
    const { collective, totalBytes, root, dtype, op } = task.exchange;
    task.unsent += 1;
    this.stats.bytesSent += part.byteLength;
    const written = () => {
      task.unsent -= 1;
      this.#finish();
    };
    this.#links[to]?.send(
      {
        ...{ collective, phase, sequence: task.sequence, root, totalBytes, streamBytes },
        ...{ dtype, op, tagCrc: task.tagCrc },
      },
      part,
      written,
      crc,
    );
  }

  /** Ends the current collective when everything came and nothing of its memory is waiting to be written. */
  #finish(): void {
    const task = this.#task;
    if (!task || this.#error || task.unsent > 0) return;
    for (let rank = 0; rank < this.world; rank += 1) {
      if (rank !== this.rank && (this.#incoming[rank]?.completed ?? 0) < task.exchange.phases) return;
    }
    this.#task = undefined;
    this.#incoming = [];
    this.stats.collectives += 1;
    this.stats.busyMs += performance.now() - this.#startedAt;
    this.recorder.end();
    task.resolve();
    this.#startNext();
  }

  /** What the connection to a rank reports to. */
  eventsOf(rank: number): LinkEvents {
    return {
      open: (header) => this.#open(rank, header),
      data: (header, payload) => this.#data(rank, header, payload),
      control: (type, body) => this.#control(rank, type, body),
      corrupt: (what) => {
        const message = `damaged data from rank ${rank} at ${this.#addresses[rank]}: ${what}`;
        void this.fail(new CorruptFrameError(rank, message));
      },
      closed: () => {
        if (!this.#left.has(rank)) this.#lost(rank, 'closed');
      },
    };
  }

  /** @returns where the payload goes; after a failure the value does not matter, nothing is read any more */
  #open(rank: number, header: FrameHeader): Uint8Array {
    const task = this.#task;
    const current = task !== undefined && header.sequence === task.sequence;
    const next = header.sequence === this.#begun && header.phase === 0;
    if (!current && !next) {
      this.#mismatch(rank, header);
      return new Uint8Array(0);
    }
    const list = current ? this.#incoming : this.#early;
    const incoming = (list[rank] ??= new Incoming(header));
    if (!incoming.has(header.phase)) {
      const target = current ? this.#place(task, rank, header) : this.#placeEarly(rank, header);
      if (!target) return new Uint8Array(0);
      incoming.begin(header.phase, target);
    } else if (current && !this.#agrees(rank, header)) return new Uint8Array(0);
    const slot = incoming.slot(header);
    if (slot) return slot;
    this.eventsOf(rank).corrupt(`a frame of ${header.payloadBytes} bytes does not fit ${describe(header)}`);
    return new Uint8Array(0);
  }

  #place(task: Task, rank: number, header: FrameHeader): Uint8Array | undefined {
    if (!this.#agrees(rank, header)) return undefined;
    const valid = header.phase < task.exchange.phases;
    const target = valid ? task.exchange.place(rank, header.phase, header.streamBytes) : undefined;
    if (!target) this.#mismatch(rank, header);
    return target;
  }

  /** A rank that is ahead of this one: its first stream is kept until the collective begins here. */
  #placeEarly(rank: number, { collective, totalBytes, streamBytes }: FrameHeader): Uint8Array {
    const large = collective === 'reduceScatter' || (collective === 'allReduce' && totalBytes > directBytes);
    return large ? stagingFor(this.staging, rank, streamBytes) : new Uint8Array(streamBytes);
  }

  #data(rank: number, header: FrameHeader, payload: Uint8Array): void {
    const task = this.#task;
    const current = task !== undefined && header.sequence === task.sequence;
    const incoming = (current ? this.#incoming : this.#early)[rank] as Incoming;
    const bytes = incoming.advance(header, payload);
    this.stats.bytesReceived += payload.byteLength;
    if (!current) return;
    if (incoming.completed >= task.exchange.phases) this.recorder.peerDone(rank);
    task.exchange.arrived(rank, header.phase, bytes);
    this.#finish();
  }

  #agrees(rank: number, header: FrameHeader): boolean {
    const { exchange: mine, tagCrc } = this.#task as Task;
    const same =
      header.collective === mine.collective &&
      header.totalBytes === mine.totalBytes &&
      header.root === mine.root &&
      header.dtype === mine.dtype &&
      header.op === mine.op &&
      header.tagCrc === tagCrc;
    if (!same) this.#mismatch(rank, header);
    return same;
  }

  #mismatch(rank: number, header: FrameHeader): void {
    const mine = this.#task
      ? describe({ ...this.#task.exchange, sequence: this.#task.sequence })
      : `no collective after #${this.#begun - 1}`;
    const message = `ranks disagree: rank ${this.rank} runs ${mine}, rank ${rank} at ${this.#addresses[rank]} runs ${describe(header)}`;
    void this.fail(new CollectiveMismatchError(message));
  }

  #control(rank: number, type: number, body: unknown): void {
    if (type === FrameType.BYE) {
      this.#left.add(rank);
      // What it owed to the running collective may be here already; then that one can still end.
      if (this.#task && (this.#incoming[rank]?.completed ?? 0) < this.#task.exchange.phases)
        this.#lost(rank, 'left');
      return;
    }
    if (type === FrameType.PING) {
      const state: PeerState = { idle: !this.#task, waitingFor: this.#awaited() };
      this.#links[rank]?.sendControl(FrameType.PONG, state);
    }
    if (type === FrameType.PONG) this.#watch.answered(rank, body as PeerState);
    if (type !== FrameType.ABORT) return;
    const report = body as AbortReport;
    if (report.code === 'PEER_LOST' && report.rank !== this.rank)
      this.#lost(report.rank, report.reason, rank);
    else if (report.code === 'PEER_LOST') {
      const why = report.reason === 'stalled' ? 'sent nothing for too long' : 'was gone';
      void this.fail(
        new GroupAbortedError(`rank ${rank} went on without this rank ${this.rank}, which ${why}`),
      );
    } else if (report.code === 'CORRUPT_FRAME')
      void this.fail(new CorruptFrameError(report.rank, report.message));
    else if (report.code === 'COLLECTIVE_MISMATCH')
      void this.fail(new CollectiveMismatchError(report.message));
    else void this.fail(new GroupAbortedError(report.message));
  }

  /** Ranks that the current collective still needs something of. */
  #awaited(): number[] {
    const task = this.#task;
    if (!task) return [];
    const owes = (rank: number) => (this.#incoming[rank]?.completed ?? 0) < task.exchange.phases;
    const unread = (rank: number) => (this.#links[rank]?.unwritten ?? 0) > 0;
    return [...this.#links.keys()].filter((rank) => rank !== this.rank && (owes(rank) || unread(rank)));
  }

  #lost(rank: number, reason: LostReason, reportedBy?: number): void {
    const task = this.#task;
    const error = new PeerLostError({
      rank,
      address: this.#addresses[rank] as string,
      reason,
      collective: task?.exchange.collective ?? 'none',
      sequence: task?.sequence ?? this.#begun,
      bytesReceived: (task ? this.#incoming : this.#early)[rank]?.received ?? 0,
      reportedBy,
      timeoutMs: this.#timeoutMs,
    });
    void this.fail(error, { silent: rank });
  }

  /**
   * Ends the group: tells the other ranks why, closes all connections, then fails what is pending. Resolves when nothing of
   * the group is left; never rejects. `silent` is the rank that is lost; `leaving` says goodbye instead of a reason.
   */
  async fail(error: Error, o: { silent?: number; leaving?: boolean } = {}): Promise<void> {
    const links = this.#links.filter((link) => link !== undefined);
    if (!this.#error) {
      this.#error = error;
      this.recorder.end(error);
      if (error instanceof CollectiveError) error.flightRecord = this.recorder.reports;
      this.#watch.stop();
      const report = toReport(error);
      for (const [rank, link] of this.#links.entries()) {
        if (rank === o.silent && !(error instanceof PeerLostError && error.reason === 'stalled'))
          link?.destroy();
        else if (o.leaving) link?.end(FrameType.BYE);
        else link?.end(FrameType.ABORT, report);
      }
      const pending = this.#task ? [this.#task, ...this.#queue] : this.#queue;
      this.#task = undefined;
      this.#queue = [];
      // Buffers belong to their callers again only when no socket can read them any more.
      void Promise.all(links.map((link) => link.closed)).then(() => {
        for (const [i, task] of pending.entries()) task.reject(i === 0 ? error : this.#errorFor(task));
      });
    }
    await Promise.all(links.map((link) => link.closed));
  }

  /** The group's error as a later collective sees it. */
  #errorFor(task: Task | undefined): Error {
    const error = this.#error as Error;
    if (!(error instanceof PeerLostError)) return error;
    const collective = task?.exchange.collective ?? error.collective;
    const sequence = task?.sequence ?? this.#calls;
    return new PeerLostError({ ...error.details, collective, sequence, bytesReceived: 0 });
  }
}

function describe(o: Call & { sequence: number; tagCrc?: number }): string {
  const of = [o.op, o.dtype].filter(Boolean).join(' of ');
  const sized = o.collective !== 'barrier' && o.collective !== 'allGatherBytes';
  const size = sized ? ` of ${o.totalBytes} bytes` : '';
  const root = o.collective === 'broadcast' ? ` from rank ${o.root}` : '';
  const path = o.root === SHARED_PATH ? ' through shared memory' : '';
  // Of a peer's tag only the checksum travels.
  const tag = o.tag === undefined ? (o.tagCrc ? ` with another tag` : '') : ` tagged '${o.tag}'`;
  return `${o.collective} #${o.sequence}${of && ` (${of})`}${size}${root}${path}${tag}`;
}
