import type { PeerLink } from './peer-link.ts';

const TICKS = 4;

/**
 * Finds peers that are silent: a host that went away without a word, a process that is stopped. A link that brought nothing since the last
 * tick is asked for a sign of life; after four ticks without one the peer is lost. Ticks are counted, not time: when this process itself was
 * stopped or busy, one late tick must not condemn peers whose bytes wait in the socket.
 */
export class Liveness {
  readonly limitMs: number;
  readonly #links: readonly (PeerLink | undefined)[];
  readonly #events: { ask(link: PeerLink): void; silent(rank: number): void };
  readonly #seen: { heard: number; ticks: number }[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param limitMs 0: nobody is ever lost for silence */
  constructor(
    limitMs: number,
    links: readonly (PeerLink | undefined)[],
    events: { ask(link: PeerLink): void; silent(rank: number): void },
  ) {
    this.limitMs = limitMs;
    this.#links = links;
    this.#events = events;
  }

  start(): void {
    if (this.limitMs <= 0 || this.#links.length < 2) return;
    this.#timer ??= setInterval(() => this.#tick(), Math.max(5, this.limitMs / TICKS));
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    for (const [rank, link] of this.#links.entries()) {
      if (!link) continue;
      const seen = (this.#seen[rank] ??= { heard: -1, ticks: 0 });
      if (seen.heard !== link.heard) {
        seen.heard = link.heard;
        seen.ticks = 0;
        continue;
      }
      seen.ticks += 1;
      if (seen.ticks >= TICKS) return this.#events.silent(rank);
      this.#events.ask(link);
    }
  }
}
