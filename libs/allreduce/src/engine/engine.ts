import type { Plan, Stage } from '../algorithms/channel.ts';
import {
  CollectiveError,
  CollectiveMismatchError,
  CorruptFrameError,
  PeerLostError,
  type LostReason,
} from '../errors.ts';
import type { GroupOptions } from '../joining/connect.ts';
import { FrameType, noCall, sameCall, tagChecksum, type Call, type FrameHeader } from '../wire/frame.ts';
import type { Frame } from '../wire/frame-reader.ts';
import { fromReport, toReport, type AbortReport } from './abort-report.ts';
import { describeCall } from './describe-call.ts';
import { EarlyFrames } from './early-frames.ts';
import { FlightRecorder, type OpenReport } from './flight-recorder.ts';
import { Liveness } from './liveness.ts';
import type { LinkEvents, PeerLink } from './peer-link.ts';
import { StageRun, type StageHost } from './stage-run.ts';
import { StallWatch, type PeerState } from './stall-watch.ts';

/** Collectives that may run at once here; later ones wait. */
const ACTIVE = 8;
/** A rank begins no collective that is this far ahead of what a peer is known to have begun: bounds what a peer must keep. */
const AHEAD = 32;
/** Calls that have ended and are remembered, so that a peer that ran another one can be told. */
const REMEMBERED = 256;
/** A rank that has waited this long asks whether the others run the same call. */
const PROBE_MS = 50;

/** What a rank calls, as text too. */
export type NamedCall = Omit<Call, 'tagCrc' | 'algorithm'> & { tag?: string };

interface Task {
  call: Call;
  tag: string | undefined;
  sequence: number;
  plan: Plan;
  /** By part; those of a chain's later stages are undefined until they begin. */
  stages: (StageRun | undefined)[];
  chainsLeft: number;
  report: OpenReport | undefined;
  probed: boolean;
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
 * Runs collectives over the links of a group, several at once: hands frames to the stage they belong to, keeps what comes early, and ends
 * everything with one error when anything is wrong.
 *
 * Why it cannot deadlock: whatever arrives is taken from the wire at once. A frame of a part that has begun here has its place, since a stage
 * asks for all its messages when it starts; a frame of a part that has not is kept, and those are few: large messages wait until their
 * receiver is READY, and no rank is more than AHEAD collectives before another. So no frame waits behind another, and every rank's writes
 * come through. Collectives begin in the order of their numbers, the same on all ranks, so the oldest that is not done anywhere has begun or
 * can begin everywhere, and ends, as its algorithm alone would.
 */
export class CollectiveEngine {
  readonly rank: number;
  readonly world: number;
  readonly stats: GroupStats = { collectives: 0, bytesSent: 0, bytesReceived: 0, busyMs: 0 };
  readonly recorder: FlightRecorder;
  readonly links: (PeerLink | undefined)[];
  readonly #addresses: string[];
  readonly #timeoutMs: number;
  readonly #left = new Set<number>();
  readonly #watch: StallWatch;
  readonly #liveness: Liveness;
  readonly #active = new Map<number, Task>();
  readonly #early = new EarlyFrames();
  readonly #past = new Map<number, { call: Call; tag: string | undefined }>();
  #queue: Task[] = [];
  /** Collectives begun here: the number of the next one. */
  #begun = 0;
  #calls = 0;
  #busySince = 0;
  #starting = false;
  #error: Error | undefined;
  #prober: NodeJS.Timeout | undefined;

  constructor(options: GroupOptions) {
    this.rank = options.rank;
    this.world = options.world;
    this.recorder = new FlightRecorder(options.onReport);
    this.#addresses = [...options.addresses];
    this.#timeoutMs = options.timeoutMs ?? 120_000;
    this.links = Array.from({ length: options.world }, () => undefined);
    this.#watch = new StallWatch(this.#timeoutMs, {
      awaited: () => this.#awaited(),
      progress: (rank) => this.links[rank]?.progress ?? 0,
      ask: (rank) => this.links[rank]?.sendControl(FrameType.PING, { how: true }),
      stalled: (rank) => this.#lost(rank, 'stalled'),
    });
    this.#liveness = new Liveness(options.livenessMs ?? 10_000, this.links, {
      ask: (rank) => this.links[rank]?.sendControl(FrameType.PING, {}),
      silent: (rank, afterMs) => this.#lost(rank, 'silent', { afterMs }),
    });
  }

  /** Why the group is over. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** The link to a rank, made when its first wire stands. */
  attach(rank: number, link: PeerLink): void {
    this.links[rank] = link;
    link.begun = () => this.#begun;
  }

  /** All links stand. */
  joined(): void {
    if (!this.#error) this.#liveness.start();
  }

  /** Queues a collective. */
  run(named: NamedCall, plan: Plan): Promise<void> {
    if (this.#error) return Promise.reject(this.#errorFor(undefined));
    const { tag, ...rest } = named;
    return new Promise((resolve, reject) => {
      this.#queue.push({
        call: { ...rest, algorithm: plan.algorithm, tagCrc: tagChecksum(tag) },
        ...{ tag, plan, sequence: this.#calls, stages: [], chainsLeft: plan.chains.length },
        ...{ report: undefined, probed: false, resolve, reject },
      });
      this.#calls += 1;
      this.#startNext();
    });
  }

  /** A loop, not a recursion: with data of peers already here, one collective can end inside the start of another. */
  #startNext(): void {
    if (this.#starting) return;
    this.#starting = true;
    while (!this.#error && this.#queue.length > 0 && this.#active.size < ACTIVE && this.#mayBegin()) {
      const task = this.#queue[0] as Task;
      if (task.plan.begin && !task.plan.begin()) break;
      this.#queue.shift();
      this.#start(task);
    }
    this.#starting = false;
  }

  #mayBegin(): boolean {
    return this.links.every((link) => !link || this.#begun < link.peerBegun + AHEAD);
  }

  #start(task: Task): void {
    if (this.#active.size === 0) this.#busySince = performance.now();
    this.#active.set(task.sequence, task);
    this.#begun = task.sequence + 1;
    task.report = this.recorder.begin(
      { ...task.call, tag: task.tag, sequence: task.sequence },
      { rank: this.rank, world: this.world, paths: this.links.map((link) => link?.paths.receive) },
    );
    this.#watchStart();
    const gone = this.#left.values().next();
    if (!gone.done) return this.#lost(gone.value, 'left');
    for (const { from, header } of this.#early.of(task.sequence))
      if (!sameCall(header, task.call)) return this.#mismatch(from, header);
    let part = 0;
    for (const chain of task.plan.chains) {
      this.#startStage(task, chain, 0, part);
      part += chain.length;
    }
    this.#tellBegun();
  }

  /** Starts the stages of a chain from `index` on, as far as this rank takes part in them; `first` is the part of the chain's first. */
  #startStage(task: Task, chain: readonly Stage[], index: number, first: number): void {
    if (this.#error) return;
    const stage = chain[index];
    if (!stage) {
      task.chainsLeft -= 1;
      if (task.chainsLeft === 0) this.#finish(task);
      return;
    }
    // One of nobody, or of others.
    if (stage.members && !stage.members.includes(this.rank))
      return this.#startStage(task, chain, index + 1, first);
    const part = first + index;
    const { call, sequence } = task;
    const { links, stats } = this;
    const of = { call, sequence, part };
    const host: StageHost = {
      rank: this.rank,
      world: this.world,
      of,
      begun: () => this.#begun,
      send: (to, bytes, sent) => {
        stats.bytesSent += bytes.byteLength;
        links[to]?.send(of, bytes, sent, !stage.large);
      },
      hasRoom: (to) => links[to]?.hasRoom ?? false,
      forward: (to, parcel, written) => {
        stats.bytesSent += parcel.payloadBytes;
        links[to]?.forward(parcel, written);
      },
      corrupt: (from, what) => this.#corrupt(from, what),
      sendReady: (to) => links[to]?.signal(FrameType.READY, of),
      received: (from) => this.recorder.peerDone(task.report, from),
      ended: () => this.#startStage(task, chain, index + 1, first),
    };
    const run = new StageRun(host, stage, part);
    task.stages[part] = run;
    run.start();
    this.#replay(task, run);
    run.started();
  }

  /** Hands a stage what came before it began. */
  #replay(task: Task, run: StageRun): void {
    for (const { from, header, frame } of this.#early.take(task.sequence, run.part)) {
      if (!this.#error && header.type === FrameType.READY) run.ready(from);
      else if (!this.#error && frame && !run.arrived(from, frame)) this.#misfit(from, header);
      frame?.slot?.release();
    }
  }

  #finish(task: Task): void {
    this.#active.delete(task.sequence);
    this.#early.drop(task.sequence);
    this.#remember(task);
    this.stats.collectives += 1;
    if (this.#active.size === 0) this.stats.busyMs += performance.now() - this.#busySince;
    this.recorder.end(task.report);
    task.plan.end?.();
    task.resolve();
    this.#startNext();
  }

  #remember({ sequence, call, tag }: Task): void {
    this.#past.set(sequence, { call, tag });
    this.#past.delete(sequence - REMEMBERED);
  }

  /** Peers that get no frames of this rank must hear how far it is, or they would not go on. */
  #tellBegun(): void {
    for (const link of this.links)
      if (link && this.#begun - link.toldBegun >= AHEAD / 2)
        link.signal(FrameType.CREDIT, { call: noCall, sequence: 0, part: 0 });
  }

  /** What the connection to a rank reports to. */
  eventsOf(rank: number): LinkEvents {
    return {
      place: (header) => this.#stageOf(header)?.place(rank, header.payloadBytes),
      checks: (header) => this.#stageOf(header)?.checks(rank, header.payloadBytes) ?? false,
      data: (frame) => this.#data(rank, frame),
      signal: (header) => this.#signal(rank, header),
      control: (type, body) => this.#control(rank, type, body),
      corrupt: (what) => this.#corrupt(rank, what),
      closed: () => {
        if (!this.#left.has(rank)) this.#lost(rank, 'closed');
      },
    };
  }

  /** The stage under way that a frame belongs to. */
  #stageOf(header: FrameHeader): StageRun | undefined {
    const task = this.#active.get(header.sequence);
    if (this.#error || !task || !sameCall(header, task.call)) return undefined;
    return task.stages[header.part];
  }

  #data(rank: number, frame: Frame): void {
    if (this.#error) return;
    const { header } = frame;
    this.stats.bytesReceived += header.payloadBytes;
    const task = this.#active.get(header.sequence);
    if (task ? !sameCall(header, task.call) : header.sequence < this.#begun)
      return this.#mismatch(rank, header);
    const run = task?.stages[header.part];
    if (!run) this.#early.keep({ from: rank, header, frame });
    else if (!run.arrived(rank, frame)) this.#misfit(rank, header);
    this.#startNext();
  }

  #signal(rank: number, header: FrameHeader): void {
    if (this.#error) return;
    if (header.type !== FrameType.CREDIT) {
      const task = this.#active.get(header.sequence) ?? this.#past.get(header.sequence);
      if (task && !sameCall(header, task.call)) return this.#mismatch(rank, header);
      if (header.type === FrameType.READY) {
        const run = this.#active.get(header.sequence)?.stages[header.part];
        if (run) run.ready(rank);
        else if (task && this.#active.has(header.sequence)) this.#early.keep({ from: rank, header });
      }
      if (header.sequence >= this.#begun) this.#early.keep({ from: rank, header });
    }
    this.#startNext();
  }

  #mismatch(rank: number, header: FrameHeader): void {
    const task = this.#active.get(header.sequence) ?? this.#past.get(header.sequence);
    const mine = task
      ? describeCall({ ...task.call, tag: task.tag, sequence: header.sequence })
      : `no collective #${header.sequence}`;
    const message = `ranks disagree: rank ${this.rank} runs ${mine}, rank ${rank} at ${this.#addresses[rank]} runs ${describeCall(header)}`;
    void this.fail(new CollectiveMismatchError(message));
  }

  #misfit(rank: number, header: FrameHeader): void {
    const what = `${header.payloadBytes} bytes do not fit part ${header.part} of ${describeCall(header)}`;
    this.#corrupt(rank, what);
  }

  #corrupt(rank: number, what: string): void {
    const message = `damaged data from rank ${rank} at ${this.#addresses[rank]}: ${what}`;
    void this.fail(new CorruptFrameError(rank, message));
  }

  #control(rank: number, type: number, body: unknown): void {
    if (type === FrameType.BYE) {
      this.#left.add(rank);
      // What it owed to the collectives under way may be here already; then they can still end.
      if (this.#awaited().includes(rank)) this.#lost(rank, 'left');
      return;
    }
    if (type === FrameType.PING) {
      const state: PeerState = { idle: this.#active.size === 0, waitingFor: this.#awaited() };
      this.links[rank]?.sendControl(FrameType.PONG, (body as { how?: boolean }).how ? state : {});
    }
    if (type === FrameType.PONG && 'idle' in (body as object)) this.#watch.answered(rank, body as PeerState);
    if (type !== FrameType.ABORT) return;
    const report = body as AbortReport;
    if (report.code === 'PEER_LOST' && report.rank !== this.rank)
      this.#lost(report.rank, report.reason, { reportedBy: rank, afterMs: report.afterMs });
    else void this.fail(fromReport(report, rank, this.rank));
  }

  /** Ranks that the collectives under way still need something of. */
  #awaited(): number[] {
    if (this.#active.size === 0) return [];
    const ranks = new Set<number>();
    for (const task of this.#active.values())
      for (const run of task.stages) for (const rank of run?.awaited() ?? []) ranks.add(rank);
    for (const [rank, link] of this.links.entries()) if (link && link.unwritten > 0) ranks.add(rank);
    return [...ranks];
  }

  /** Clocks run while something is under way; they are stopped by the first tick without. */
  #watchStart(): void {
    this.#watch.start();
    this.#prober ??= setInterval(() => {
      if (this.#active.size > 0) return this.#probe();
      clearInterval(this.#prober);
      this.#prober = undefined;
      this.#watch.stop();
    }, PROBE_MS);
  }

  /** Asks those whom a collective waits for whether they run the same one; each at its second tick. */
  #probe(): void {
    for (const { call, sequence, stages, ...task } of this.#active.values()) {
      if (task.probed) continue;
      for (const run of stages)
        for (const rank of run?.awaited() ?? [])
          this.links[rank]?.signal(FrameType.PROBE, { call, sequence, part: run?.part ?? 0 });
    }
    for (const task of this.#active.values()) task.probed = true;
  }

  #lost(rank: number, reason: LostReason, o: { reportedBy?: number; afterMs?: number } = {}): void {
    const task = this.#waitingFor(rank) ?? this.#active.values().next().value;
    const sum = (of: 'receivedBytes' | 'expectedBytes') =>
      task?.stages.reduce((bytes, run) => bytes + (run?.[of][rank] ?? 0), 0) ?? 0;
    const error = new PeerLostError({
      rank,
      address: this.#addresses[rank] as string,
      reason,
      collective: task?.call.collective ?? 'none',
      tag: task?.tag,
      sequence: task?.sequence ?? this.#begun,
      bytesReceived: sum('receivedBytes'),
      bytesExpected: sum('expectedBytes'),
      reportedBy: o.reportedBy,
      timeoutMs: o.afterMs ?? this.#timeoutMs,
    });
    void this.fail(error, { silent: rank });
  }

  /** The oldest collective that needs something of a rank. */
  #waitingFor(rank: number): Task | undefined {
    return [...this.#active.values()].find(({ stages }) =>
      stages.some((run) => run?.awaited().includes(rank)),
    );
  }

  /**
   * Ends the group: tells the other ranks why, closes all connections, then fails what is pending. Resolves when nothing of
   * the group is left; never rejects. `silent` is the rank that is lost; `leaving` says goodbye instead of a reason.
   */
  async fail(error: Error, o: { silent?: number; leaving?: boolean } = {}): Promise<void> {
    const links = this.links.filter((link) => link !== undefined);
    if (!this.#error) {
      this.#error = error;
      this.recorder.fail(error);
      if (error instanceof CollectiveError) error.flightRecord = this.recorder.reports;
      this.#watch.stop();
      this.#liveness.stop();
      clearInterval(this.#prober);
      const report = toReport(error);
      for (const [rank, link] of this.links.entries()) {
        const gone = error instanceof PeerLostError && error.reason === 'closed';
        if (rank === o.silent && gone) link?.destroy();
        else if (o.leaving) link?.end(FrameType.BYE);
        else link?.end(FrameType.ABORT, report);
      }
      const pending = [...this.#active.values(), ...this.#queue];
      this.#active.clear();
      this.#early.drop();
      this.#queue = [];
      // Buffers belong to their callers again only when no socket can read them any more.
      void Promise.all(links.map((link) => link.closed)).then(() => {
        for (const [i, task] of pending.entries()) {
          if (task.report) task.plan.end?.();
          task.reject(i === 0 ? error : this.#errorFor(task));
        }
      });
    }
    await Promise.all(links.map((link) => link.closed));
  }

  /** The group's error as a later collective sees it. */
  #errorFor(task: Task | undefined): Error {
    const error = this.#error as Error;
    if (!(error instanceof PeerLostError)) return error;
    const collective = task?.call.collective ?? error.collective;
    const sequence = task?.sequence ?? this.#calls;
    return new PeerLostError({
      ...error.details,
      ...{ collective, sequence, tag: task?.tag, bytesReceived: 0, bytesExpected: 0 },
    });
  }
}
