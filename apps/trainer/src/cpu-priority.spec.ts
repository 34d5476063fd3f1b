import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { CpuPriority, LOW } from './cpu-priority.ts';

/** Nice values of the threads of a process. */
function niceOf(pid: number | 'self' = 'self'): { session: number; process: number } {
  const session = /nice (-?\d+)/.exec(readFileSync(`/proc/${pid}/autogroup`, 'utf8'));
  return {
    session: Number(session?.[1] ?? Number.NaN),
    process: getPriority(pid === 'self' ? 0 : pid),
  };
}

const canBeRead = (() => {
  try {
    return Number.isFinite(niceOf().session);
  } catch {
    return false;
  }
})();

describe('the priority of a trainer', () => {
  const own = new CpuPriority();
  afterEach(() => own.claim());

  it.runIf(own.works)('is low while it yields, and as before when it claims, for all its threads', () => {
    const before = getPriority();
    own.yield();
    const low = canBeRead ? niceOf() : { session: 0, process: getPriority() };
    expect([low.session, low.process]).toContain(LOW);
    own.claim();
    expect(getPriority()).toBe(before);
  });

  it.runIf(canBeRead)('of one that leads its session is that of the session', async () => {
    const file = new URL('cpu-priority.ts', import.meta.url).href;
    const code = `
      const { CpuPriority } = await import(${JSON.stringify(file)});
      const own = new CpuPriority();
      process.stdin.on('data', (word) => {
        // Faster than the kernel takes changes from those without rights: the last word counts.
        if (String(word).trim() === 'yield') own.yield();
        else { own.yield(); own.claim(); own.yield(); own.claim(); }
        setTimeout(() => process.stdout.write('done'), 400);
      });
      process.stdout.write('ready');`;
    const args = ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', code];
    const child = spawn(process.execPath, args, { detached: true, stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    const pid = child.pid as number;
    const enabled = readFileSync('/proc/sys/kernel/sched_autogroup_enabled', 'utf8').trim() === '1';
    expect(niceOf(pid).session).toBe(0);
    child.stdin.write('yield\n');
    await once(child.stdout, 'data');
    expect(niceOf(pid).session).toBe(enabled ? LOW : 0);
    child.stdin.write('claim\n');
    await once(child.stdout, 'data');
    expect(niceOf(pid)).toEqual({ session: 0, process: 0 });
  });
});
