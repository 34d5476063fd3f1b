export interface StallSource {
  /** A number that grows whenever the peer shows life. */
  progress(rank: number): number;
  /** Peers that are waited for. `direct`: for data that depends on nobody else. */
  awaited(): Iterable<{ rank: number; direct: boolean }>;
  stalled(rank: number): void;
}

const ticksPerTimeout = 8;

/**
 * Finds a peer that makes no progress for `timeoutMs` while it is waited for. Counts ticks, not time: when this process
 * itself was busy or stopped, one late tick must not condemn peers whose bytes wait in the socket.
 */
export class StallWatch {
  readonly #tickMs: number;
  readonly #source: StallSource;
  #timer: NodeJS.Timeout | undefined;
  #seen = new Map<number, { progress: number; ticks: number }>();

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
    this.reset();
  }

  /** A new collective begins: nobody is late yet. */
  reset(): void {
    this.#seen.clear();
  }

  #tick(): void {
    let late: number | undefined;
    for (const { rank, direct } of this.#source.awaited()) {
      const progress = this.#source.progress(rank);
      const before = this.#seen.get(rank);
      const ticks = before?.progress === progress ? before.ticks + 1 : 0;
      this.#seen.set(rank, { progress, ticks });
      // A peer that owes only sums may itself wait for the real culprit: let that one be named first.
      const limit = direct ? ticksPerTimeout : ticksPerTimeout * 2;
      if (ticks >= limit) late ??= rank;
    }
    if (late !== undefined) this.#source.stalled(late);
  }
}
