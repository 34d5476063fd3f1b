import { execFileSync } from 'node:child_process';

/** Threads that each side may compute with. */
export const THREADS = 2;

/**
 * The command that confines a worker to {@link THREADS} processors, so that nobody gains from extra threads (executors,
 * compilers, garbage collectors). Empty where there are no more processors than that, or no `taskset`.
 */
export function pinning(): string[] {
  let list: string;
  try {
    list = execFileSync('taskset', ['-cp', String(process.pid)], { encoding: 'utf8' });
  } catch {
    return [];
  }
  const cpus = parseCpuList(list.slice(list.lastIndexOf(':') + 1));
  // The last ones: interrupts and everybody else's single-threaded work tend to sit on the first.
  return cpus.length > THREADS ? ['taskset', '-c', cpus.slice(-THREADS).join(',')] : [];
}

/** "0-2,5" -> [0, 1, 2, 5] */
export function parseCpuList(list: string): number[] {
  return list.split(',').flatMap((part) => {
    const [first = NaN, last = first] = part.trim().split('-').map(Number);
    return Number.isInteger(first) ? Array.from({ length: last - first + 1 }, (_, i) => first + i) : [];
  });
}
