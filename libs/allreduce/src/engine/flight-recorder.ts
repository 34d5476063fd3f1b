import type { Call } from '../wire/frame.ts';
import type { WirePath } from '../transports/wire.ts';

/** One collective as this rank saw it. */
export interface CollectiveReport {
  sequence: number;
  collective: string;
  tag?: string;
  dtype?: string;
  op?: string;
  /** Of this rank's buffer. */
  bytes: number;
  /** What it was done by: see the README. */
  algorithm: string;
  /** What carried it: shared memory, or the kinds of connections to the peers. */
  path: string;
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
  /**
   * What each link carried per second at least: `bandwidth` times the share of the buffer that any algorithm must send and receive per rank,
   * 2 (world - 1) / world of an allReduce. Comparable between worlds.
   */
  busBandwidth?: number;
  /** Why it did not end. */
  error?: string;
}

/** A report that is being written. */
export interface OpenReport {
  report: CollectiveReport;
  began: number;
}

/** How many collectives are remembered. */
const KEPT = 256;

/** Remembers the last collectives of a group: what went on when something failed, and who kept the others waiting. */
export class FlightRecorder {
  readonly #reports: CollectiveReport[] = [];
  readonly #onReport: ((report: CollectiveReport) => void) | undefined;
  readonly #open = new Set<OpenReport>();

  constructor(onReport?: (report: CollectiveReport) => void) {
    this.#onReport = onReport;
  }

  /** The last collectives, those under way included, oldest first. */
  get reports(): CollectiveReport[] {
    return this.#reports.map(copyOf);
  }

  begin(
    call: Call & { sequence: number; tag?: string },
    me: { rank: number; world: number; paths: readonly (WirePath | undefined)[] },
  ): OpenReport {
    const { sequence, collective, algorithm, tag, dtype, op, totalBytes } = call;
    const report: CollectiveReport = {
      ...{ sequence, collective, tag, dtype, op, bytes: totalBytes, algorithm },
      path: algorithm === 'shared' ? 'shared memory' : pathsOf(me.paths),
      startedAt: Date.now(),
      waitMs: Array.from({ length: me.world }, (_, rank) => (rank === me.rank ? 0 : undefined)),
    };
    this.#reports.push(report);
    if (this.#reports.length > KEPT) this.#reports.shift();
    const open = { report, began: performance.now() };
    this.#open.add(open);
    return open;
  }

  /** Everything that was asked of a peer so far is here. */
  peerDone(open: OpenReport | undefined, rank: number): void {
    if (open) open.report.waitMs[rank] = performance.now() - open.began;
  }

  end(open: OpenReport | undefined, error?: Error): void {
    if (!open) return;
    this.#open.delete(open);
    const { report, began } = open;
    report.durationMs = performance.now() - began;
    if (error) report.error = error.message;
    else if (report.bytes > 0) {
      report.bandwidth = (report.bytes * 1000) / report.durationMs;
      const world = report.waitMs.length;
      const share = report.collective === 'broadcast' ? 1 : (world - 1) / world;
      report.busBandwidth = report.bandwidth * (report.collective === 'allReduce' ? 2 * share : share);
    }
    this.#onReport?.(copyOf(report));
  }

  /** All that is under way ends with this error. */
  fail(error: Error): void {
    for (const open of [...this.#open]) this.end(open, error);
  }
}

function copyOf(report: CollectiveReport): CollectiveReport {
  return { ...report, waitMs: [...report.waitMs] };
}

function pathsOf(paths: readonly (WirePath | undefined)[]): string {
  return [...new Set(paths.filter((path) => path !== undefined))].sort().join(', ') || 'none';
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
