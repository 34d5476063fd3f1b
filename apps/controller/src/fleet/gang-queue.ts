import type { AcquireGangInput, GangWish } from '@ovis/workflows';

/** A gang that waits for trainers. */
export interface WaitingGang {
  input: AcquireGangInput;
  /** Clock of the queue. */
  since: number;
  /** Why it waits, in words. */
  reason: string;
}

/** Gangs that wait for trainers, in the order in which they get them. Memory only: whoever waits says so again to a new controller. */
export class GangQueue {
  readonly #waiting = new Map<string, WaitingGang>();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  enter(input: AcquireGangInput): WaitingGang {
    const since = this.#waiting.get(input.gangId)?.since ?? this.#now();
    const waiting = { input, since, reason: '' };
    this.#waiting.set(input.gangId, waiting);
    return waiting;
  }

  leave(gangId: string): void {
    this.#waiting.delete(gangId);
  }

  waitedMs({ since }: WaitingGang): number {
    return this.#now() - since;
  }

  /** The next one first. */
  list(): WaitingGang[] {
    return [...this.#waiting.values()].sort((a, b) => order(a.input, b.input));
  }

  /** Those that get trainers before a gang. */
  aheadOf(gang: GangWish & { gangId: string }): WaitingGang[] {
    return this.list().filter(({ input }) => input.gangId !== gang.gangId && order(input, gang) < 0);
  }
}

/** By priority, then by the time of submission; the id decides among equals, so that there is one order. */
function order(a: GangWish & { gangId: string }, b: GangWish & { gangId: string }): number {
  if (a.priority !== b.priority) return b.priority - a.priority;
  if (a.submittedAt !== b.submittedAt) return a.submittedAt - b.submittedAt;
  return a.gangId < b.gangId ? -1 : 1;
}
