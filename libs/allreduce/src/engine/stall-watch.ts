/** What a peer says when it is asked how it is. */
export interface PeerState {
  /** It is in no collective: this rank waits for it to call one. */
  idle: boolean;
  /** Ranks it waits for itself. */
  waitingFor: number[];
}

export interface StallSource {
  /** Ranks that the collectives under way need something of. */
  awaited(): number[];
  /** A number that grows with everything a peer does for the collective. */
  progress(rank: number): number;
  /** Asks a peer for its state; the answer goes to `answered`. */
  ask(rank: number): void;
  stalled(rank: number): void;
}

const ticksPerTimeout = 8;
/** A peer that lives answers within this. */
const answerTicks = ticksPerTimeout / 2;

interface Seen {
  progress: number;
  ticks: number;
  /** Tick of the last question, 0 for none. */
  asked: number;
  answer: PeerState | undefined;
}

/**
 * Finds the peer that holds everybody up: one that makes no progress for `timeoutMs` while it is waited for. Peers that wait
 * for the same culprit make no progress either, so each is asked first; one that answers that it waits for others is not
 * blamed before the others are. Counts ticks, not time: when this process itself was busy or stopped, one late tick
 * must not condemn peers whose bytes wait in the socket.
 */
export class StallWatch {
  readonly #tickMs: number;
  readonly #source: StallSource;
  #timer: NodeJS.Timeout | undefined;
  #seen = new Map<number, Seen>();

  constructor(timeoutMs: number, source: StallSource) {
    this.#tickMs = Math.max(5, timeoutMs / ticksPerTimeout);
    this.#source = source;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#tick(), this.#tickMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#seen.clear();
  }

  answered(rank: number, state: PeerState): void {
    const seen = this.#seen.get(rank);
    if (seen) seen.answer = state;
  }

  #tick(): void {
    const late: [rank: number, seen: Seen][] = [];
    const awaited = this.#source.awaited();
    // Who is not waited for is not late.
    for (const rank of [...this.#seen.keys()]) if (!awaited.includes(rank)) this.#seen.delete(rank);
    for (const rank of awaited) {
      const progress = this.#source.progress(rank);
      const before = this.#seen.get(rank);
      if (before?.progress !== progress) {
        this.#seen.set(rank, { progress, ticks: 0, asked: 0, answer: undefined });
        continue;
      }
      before.ticks += 1;
      if (before.ticks % (ticksPerTimeout / 2) === 0 && before.ticks < ticksPerTimeout)
        this.#source.ask(rank);
      if (before.ticks >= ticksPerTimeout) late.push([rank, before]);
    }
    const culprit = late.length > 0 ? this.#culprit(late) : undefined;
    if (culprit !== undefined) this.#source.stalled(culprit);
  }

  #culprit(late: [rank: number, seen: Seen][]): number | undefined {
    const silent = late.find(([, { answer, ticks, asked }]) => !answer && ticks - asked >= answerTicks);
    if (silent) return silent[0];
    const idle = late.find(([, { answer }]) => answer?.idle);
    if (idle) return idle[0];
    // Each late peer lives and waits for somebody. That one is nearer to the culprit and names it; but not for ever.
    return late.find(([, { ticks }]) => ticks >= 2 * ticksPerTimeout)?.[0];
  }
}
