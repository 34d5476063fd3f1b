import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

export interface FoundProcess {
  pid: number;
  command: string;
}

/**
 * Running processes that have one of the words in their command line or environment; this process not among them.
 * S3 has an environment of its own but names its folder; trainers name no folder but inherit the environment.
 */
export function processesOf(...words: string[]): FoundProcess[] {
  // BSD style: `e` appends the environment, on Linux and on macOS.
  const table = execFileSync('ps', ['axeww', '-o', 'pid=,state=,command='], {
    encoding: 'utf8',
    maxBuffer: 64e6,
  });
  return table.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line);
    const [, pid = '', state = '', command = ''] = match ?? [];
    if (!words.some((word) => command.includes(word)) || state.startsWith('Z')) return [];
    if (Number(pid) === process.pid || /^ps axeww /.test(command)) return [];
    return [{ pid: Number(pid), command: command.slice(0, 120) }];
  });
}

/** Polls until `look` gives something else than undefined or false. @throws Error saying what was waited for */
export async function waitUntil<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs = 120_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs / 1000} s in vain: ${what}`);
    await sleep(25);
  }
}
