import { execFileSync } from 'node:child_process';
import fs from 'node:fs';

/** What tells a process from a later one with the same pid. */
export interface ProcessIdentity {
  pid: number;
  /** when it started: clock ticks since boot on Linux, ps's date elsewhere */
  startTime: string;
  command: string;
}

/**
 * Looks at a running process.
 * @returns undefined when there is none, or when it has ended and only waits to be collected (zombie)
 */
export function identify(pid: number): ProcessIdentity | undefined {
  return process.platform === 'linux' ? identifyByProc(pid) : identifyByPs(pid);
}

function identifyByProc(pid: number): ProcessIdentity | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    // "pid (name) state ppid ...": the name may hold spaces and parentheses, so fields are counted behind its end.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return { pid, startTime: fields[19] ?? '', command };
  } catch {
    return undefined;
  }
}

function identifyByPs(pid: number): ProcessIdentity | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'state=,lstart=,command=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    const match = /^(\S+)\s+(\S+ +\S+ +\S+ +\S+ +\S+)\s+(.*)$/.exec(line);
    if (!match || match[1]?.startsWith('Z')) return undefined;
    // one space between the parts, as the guard writes it
    return { pid, startTime: (match[2] ?? '').replace(/ +/g, ' '), command: match[3] ?? '' };
  } catch {
    return undefined;
  }
}

/** True when the recorded process still runs: same pid, same start. */
export function isSameProcess(recorded: ProcessIdentity): boolean {
  return identify(recorded.pid)?.startTime === recorded.startTime;
}

/** Sends a signal and ignores a process that is gone. @returns whether it was delivered */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/**
 * Ends recorded processes, and nothing else: SIGTERM, then after a grace SIGKILL to the whole group each one leads.
 * @returns those that were still running
 */
export async function endRecorded(
  recorded: readonly ProcessIdentity[],
  graceMs = 5000,
): Promise<ProcessIdentity[]> {
  const running = recorded.filter(isSameProcess);
  for (const one of running) sendSignal(one.pid, 'SIGTERM');
  const deadline = Date.now() + graceMs;
  while (running.some(isSameProcess) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  for (const one of running.filter(isSameProcess)) {
    sendSignal(one.pid, 'SIGKILL');
    sendSignal(-one.pid, 'SIGKILL');
  }
  return running;
}
