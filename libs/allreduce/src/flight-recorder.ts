import type { Call } from './exchanges/exchange.ts';
import { SHARED_PATH } from './exchanges/shared-reduce.ts';

/** One collective as this rank saw it. */
export interface CollectiveReport {
  sequence: number;
  collective: string;
  tag?: string;
  dtype?: string;
  op?: string;
  /** Of this rank's buffer. */
  bytes: number;
  path: 'shared memory' | 'sockets';
  /** When it began here, in ms since the epoch. */
  startedAt: number;
  /** Undefined while it runs. */
  durationMs?: number;
  /**
   * Until everything of each peer was here, in ms since the start, by rank (0 of this one): the largest belongs to the straggler. Undefined for
   * peers that have not sent everything.
   */
  waitMs: (number | undefined)[];
  /** `bytes` per second of the whole collective ("algorithm bandwidth"). */
  bandwidth?: number;
  /** Why it did not end. */
  error?: string;
}

/** How many collectives are remembered. */
const KEPT = 256;

/** Remembers the last collectives of a group: what went on when something failed, and who kept the others waiting. */
export class FlightRecorder {
  readonly #reports: CollectiveReport[] = [];
  readonly #onReport: ((report: CollectiveReport) => void) | undefined;
  #current: { report: CollectiveReport; began: number } | undefined;

  constructor(onReport?: (report: CollectiveReport) => void) {
    this.#onReport = onReport;
  }

  /** The last collectives, the one that runs now included, oldest first. */
  get reports(): CollectiveReport[] {
    return this.#reports.map((report) => ({ ...report, waitMs: [...report.waitMs] }));
  }

  begin(call: Call & { sequence: number }, me: { rank: number; world: number }): void {
    const { sequence, collective, tag, dtype, op, totalBytes, root } = call;
    const report: CollectiveReport = {
      ...{ sequence, collective, tag, dtype, op, bytes: totalBytes },
      path: root === SHARED_PATH ? 'shared memory' : 'sockets',
      startedAt: Date.now(),
      waitMs: Array.from({ length: me.world }, (_, rank) => (rank === me.rank ? 0 : undefined)),
    };
    this.#reports.push(report);
    if (this.#reports.length > KEPT) this.#reports.shift();
    this.#current = { report, began: performance.now() };
  }

  /** Everything of a peer is here. */
  peerDone(rank: number): void {
    if (this.#current) this.#current.report.waitMs[rank] = performance.now() - this.#current.began;
  }

  end(error?: Error): void {
    if (!this.#current) return;
    const { report, began } = this.#current;
    this.#current = undefined;
    report.durationMs = performance.now() - began;
    if (error) report.error = error.message;
    else if (report.bytes > 0) report.bandwidth = (report.bytes * 1000) / report.durationMs;
    this.#onReport?.({ ...report, waitMs: [...report.waitMs] });
  }
}

/** Mean wait for each peer over reports, in ms: a straggler has the largest. Ranks nobody waited for have 0. */
export function meanWaits(reports: readonly CollectiveReport[]): number[] {
  const sums: number[] = [];
  const counts: number[] = [];
  for (const { waitMs } of reports) {
    waitMs.forEach((wait, rank) => {
      if (wait === undefined) return;
      sums[rank] = (sums[rank] ?? 0) + wait;
      counts[rank] = (counts[rank] ?? 0) + 1;
    });
  }
  return Array.from(sums, (sum, rank) => (sum ?? 0) / Math.max(1, counts[rank] ?? 0));
}
