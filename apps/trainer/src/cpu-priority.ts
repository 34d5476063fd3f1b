import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** Nice value of a trainer that prepares: it gets about a thirtieth of a contended core. */
export const LOW = 15;
const FULL = 0;

/** The kernel takes ten changes of a session's value a second; the rest are made when it is ready for them. */
const AGAIN_MS = 150;
const CAP_SYS_NICE = 23n;

/**
 * How much CPU time this process claims from others on its machine. A trainer that is free prepares with the time that a gang at work beside it
 * leaves. Only where the way back is open to it, else nothing is changed:
 *
 * - Linux groups the threads of a session, and shares the cores between these groups: nice values count inside one only, the group's own is
 *   in `/proc/self/autogroup`, and may go back to 0 without any right. Used by a process that leads its session, as those of `ovis up` do.
 * - Without such groups the nice values of the threads count; lowering them again takes CAP_SYS_NICE.
 */
export class CpuPriority {
  readonly #ways: ((nice: number) => void)[];
  #nice: number;
  #timer: NodeJS.Timeout | undefined;

  constructor() {
    this.#nice = FULL;
    this.#ways = [
      ...(leadsAutogroup() ? [setSession] : []),
      ...(mayLowerNice() && getPriority() === FULL ? [setThreads] : []),
    ];
  }

  /** Whether anything can be changed here. */
  get works(): boolean {
    return this.#ways.length > 0;
  }

  /** Others go first. */
  yield(): void {
    this.#set(LOW);
  }

  /** There is work. */
  claim(): void {
    this.#set(FULL);
  }

  #set(nice: number): void {
    if (nice === this.#nice) return;
    this.#nice = nice;
    clearTimeout(this.#timer);
    this.#apply();
  }

  #apply(): void {
    try {
      for (const way of this.#ways) way(this.#nice);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      this.#timer = setTimeout(() => this.#apply(), AGAIN_MS);
      this.#timer.unref();
    }
  }
}

function setSession(nice: number): void {
  writeFileSync('/proc/self/autogroup', String(nice));
}

/** Twice: a thread may start another one in between, which inherits its value. */
function setThreads(nice: number): void {
  for (let pass = 0; pass < 2; pass++) {
    for (const thread of readdirSync('/proc/self/task')) {
      try {
        setPriority(Number(thread), nice);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has ended
      }
    }
  }
}

function leadsAutogroup(): boolean {
  const enabled = read('/proc/sys/kernel/sched_autogroup_enabled').trim() === '1';
  // Another value is somebody's wish.
  if (!enabled || !read('/proc/self/autogroup').trim().endsWith(`nice ${FULL}`)) return false;
  // "pid (name) state parent group session ..."; the name may hold anything.
  const stat = read('/proc/self/stat');
  const [, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(session) === process.pid;
}

function mayLowerNice(): boolean {
  const [, capabilities = '0'] = /^CapEff:\s*([0-9a-f]+)/m.exec(read('/proc/self/status')) ?? [];
  return ((BigInt(`0x${capabilities}`) >> CAP_SYS_NICE) & 1n) === 1n;
}

/** Empty where there is no such file: other systems, other kernels. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
