import type { PeerLink } from './peer-link.ts';

const TICKS = 8;
/** Of one that was always prompt. */
const QUICK_TICKS = TICKS / 2;
/** For so long a peer has to be prompt first: a rank may compile when its group begins. */
const PROVEN_TICKS = 2 * TICKS;
/** Ticks without a word that a prompt peer may have: one to be asked, one to answer. */
const PROMPT_TICKS = 2;

interface Seen {
  heard: number;
  /** Without a word, until now. */
  silent: number;
  /** In all. */
  ticks: number;
  /** The longest silence that ended. */
  longest: number;
}

/**
 * Finds peers that are silent: a host that went away without a word, a process that is stopped. A link that brought nothing since the last
 * tick is asked for a sign of life; after `limitMs` without one the peer is lost, after half of it when it has always been prompt. Ticks are
 * counted, not time: when this process itself was stopped or busy, one late tick must not condemn peers whose bytes wait in the socket.
 */
export class Liveness {
  readonly limitMs: number;
  readonly #links: readonly (Pick<PeerLink, 'heard'> | undefined)[];
  readonly #events: { ask(rank: number): void; silent(rank: number, afterMs: number): void };
  readonly #seen: Seen[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param limitMs 0: nobody is ever lost for silence */
  constructor(
    limitMs: number,
    links: readonly (Pick<PeerLink, 'heard'> | undefined)[],
    events: { ask(rank: number): void; silent(rank: number, afterMs: number): void },
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
      const seen = (this.#seen[rank] ??= { heard: -1, silent: 0, ticks: 0, longest: 0 });
      seen.ticks += 1;
      if (seen.heard !== link.heard) {
        seen.heard = link.heard;
        seen.longest = Math.max(seen.longest, seen.silent);
        seen.silent = 0;
        continue;
      }
      seen.silent += 1;
      const proven = seen.ticks - seen.silent >= PROVEN_TICKS && seen.longest <= PROMPT_TICKS;
      const limit = proven ? QUICK_TICKS : TICKS;
      if (seen.silent >= limit) return this.#events.silent(rank, (limit / TICKS) * this.limitMs);
      this.#events.ask(rank);
    }
  }
}
