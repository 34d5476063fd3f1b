import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChaosCluster } from './chaos-cluster.ts';
import type { RunWatch, Said } from './run-watch.ts';
import type { FaultKind } from './schedule.ts';

/** Whom a fault strikes. */
export interface Victim {
  trainerId: string;
  rank: number;
  pid: number;
}

export interface Strike {
  cluster: ChaosCluster;
  watch: RunWatch;
  victim: Victim;
  /** When it began, ms since the Unix epoch. */
  sinceMs: number;
}

export interface Fault {
  /** What strikes, in words. */
  what: (victim: Victim) => string;
  /** Whether docs/failures.md says that the gang forms anew. `may`: that or nothing, or the run ends and is resumed. */
  interrupts: boolean | 'may';
  /** Longest time until somebody has named it, in s; null: nothing has to be noticed. With `may` it may not be felt at all. */
  detectWithinS: number | null;
  /** Longest time without a step, in s, from its beginning. */
  recoverWithinS: number;
  /** Whether this names the fault. */
  names?: (said: Said, victim: Victim) => boolean;
  /** Strikes; what it returns takes the fault back. */
  strike: (o: Strike) => (() => void | Promise<void>) | undefined;
  /** How long it lasts at least, in s, and until it was noticed if it has to be. */
  lastsS: number;
}

/** A peer or the controller says which rank is lost. */
const lost = ({ failed, text }: Said, { rank, trainerId }: Victim) =>
  failed?.peerRank === rank || text.includes(`${trainerId} (rank ${rank})`) || /keeps its gang/.test(text);
const signal = (pid: number, name: NodeJS.Signals) => {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile.
  }
};

/** Stops a process; the return goes on with it. */
function pause(pid: number): () => void {
  signal(pid, 'SIGSTOP');
  return () => signal(pid, 'SIGCONT');
}

/** Lets a process work only for a fifth of the time. */
function slow(pid: number): () => Promise<void> {
  const stop = new AbortController();
  const slowing = (async () => {
    while (!stop.signal.aborted) {
      signal(pid, 'SIGSTOP');
      await sleep(400);
      signal(pid, 'SIGCONT');
      await sleep(100);
    }
  })();
  return async () => {
    stop.abort();
    await slowing;
  };
}

/** No more memory than it has now: the next allocation that needs new pages fails. */
function starve(pid: number): () => void {
  const [, kb = ''] = /VmSize:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  // The soft limit only, so that it can be lifted again without being root.
  const limit = (bytes: string) =>
    execFileSync('prlimit', ['--pid', String(pid), `--as=${bytes}:`], { stdio: 'ignore' });
  limit(String(Number(kb) * 1024));
  return () => {
    try {
      limit('unlimited');
    } catch {
      // It has died of it.
    }
  };
}

export const FAULTS: Record<FaultKind, Fault> = {
  'trainer-killed': {
    what: ({ trainerId, rank }) => `SIGKILL to ${trainerId} (rank ${rank})`,
    ...{ interrupts: true, detectWithinS: 10, recoverWithinS: 60, lastsS: 0, names: lost },
    strike: ({ victim }) => (signal(victim.pid, 'SIGKILL'), undefined),
  },
  'trainer-paused': {
    what: ({ trainerId, rank }) => `SIGSTOP to ${trainerId} (rank ${rank}), SIGCONT later`,
    ...{ interrupts: true, detectWithinS: 30, recoverWithinS: 90, lastsS: 15, names: lost },
    strike: ({ victim }) => pause(victim.pid),
  },
  'trainer-slow': {
    what: ({ trainerId, rank }) => `${trainerId} (rank ${rank}) works a fifth of the time`,
    ...{ interrupts: false, detectWithinS: 60, recoverWithinS: 60, lastsS: 5 },
    names: ({ text }, { trainerId }) => text.startsWith(`${trainerId} is slow`),
    strike: ({ victim }) => slow(victim.pid),
  },
  'trainer-oom': {
    what: ({ trainerId, rank }) => `${trainerId} (rank ${rank}) gets no more memory (RLIMIT_AS)`,
    ...{ interrupts: 'may', detectWithinS: 60, recoverWithinS: 120, lastsS: 1 },
    names: ({ failed }) => failed !== undefined,
    strike: ({ victim }) => starve(victim.pid),
  },
  'trainer-sigterm': {
    what: ({ trainerId, rank }) => `SIGTERM to ${trainerId} (rank ${rank})`,
    ...{ interrupts: true, detectWithinS: 30, recoverWithinS: 60, lastsS: 0 },
    names: ({ text }) => text.includes('SIGTERM'),
    strike: ({ victim }) => (signal(victim.pid, 'SIGTERM'), undefined),
  },
  'controller-killed': {
    what: () => 'SIGKILL to the controller',
    ...{ interrupts: false, detectWithinS: 10, recoverWithinS: 90, lastsS: 0 },
    names: ({ text }) => text.startsWith('controller ended'),
    strike: ({ cluster }) => (signal(cluster.pidOf('controller'), 'SIGKILL'), undefined),
  },
  'temporal-killed': {
    what: () => 'SIGKILL to the Temporal server',
    ...{ interrupts: false, detectWithinS: 10, recoverWithinS: 90, lastsS: 0 },
    names: ({ text }) => text.startsWith('temporal ended'),
    strike: ({ cluster }) => (signal(cluster.pidOf('temporal'), 'SIGKILL'), undefined),
  },
  'temporal-away': {
    what: () => 'the Temporal server is stopped for 20 s',
    // The next stage, should it be its turn, waits for Temporal.
    ...{ interrupts: false, detectWithinS: null, recoverWithinS: 90, lastsS: 20 },
    strike: ({ cluster }) => pause(cluster.pidOf('temporal')),
  },
  's3-away': {
    what: () => 'the S3 server is stopped for 20 s',
    ...{ interrupts: false, detectWithinS: null, recoverWithinS: 90, lastsS: 20 },
    strike: ({ cluster }) => pause(cluster.pidOf('s3')),
  },
  'network-cut': {
    what: ({ trainerId, rank }) => `nothing arrives at ${trainerId} (rank ${rank}) or its peer for 12 s`,
    ...{ interrupts: true, detectWithinS: 30, recoverWithinS: 90, lastsS: 12 },
    names: ({ failed }) => failed?.peerRank !== undefined,
    strike: ({ cluster }) => {
      for (const wire of cluster.wires.values()) wire.cut();
      return () => {
        for (const wire of cluster.wires.values()) wire.mend();
      };
    },
  },
  'disk-full': {
    what: () => 'the storage answers writes with 507 InsufficientStorage',
    ...{ interrupts: false, detectWithinS: 60, recoverWithinS: 60, lastsS: 5 },
    names: ({ text }) => /no space left/.test(text),
    strike: ({ cluster }) => {
      cluster.storage.full = true;
      return () => {
        cluster.storage.full = false;
      };
    },
  },
};

/** What trainers write into their logs from now on: warnings about their storage go nowhere else. */
export class LogSearch {
  readonly #ends: [file: string, bytes: number][];

  constructor({ wires, logDir }: ChaosCluster) {
    const files = [...wires.keys()].map((id) => join(logDir, `${id}.log`));
    this.#ends = files.map((file) => [file, statSync(file, { throwIfNoEntry: false })?.size ?? 0]);
  }

  find(words: RegExp): string | undefined {
    for (const [name, from] of this.#ends) {
      const size = statSync(name, { throwIfNoEntry: false })?.size ?? 0;
      if (size <= from) continue;
      const file = openSync(name, 'r');
      const text = Buffer.alloc(size - from);
      readSync(file, text, 0, text.length, from);
      closeSync(file);
      const line = text
        .toString()
        .split('\n')
        .find((one) => words.test(one));
      if (line !== undefined) return line;
    }
    return undefined;
  }
}
