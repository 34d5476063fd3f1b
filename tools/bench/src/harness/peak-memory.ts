import { readFileSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import koffi from 'koffi';

/** Resident memory of this process, in bytes, after JavaScript and the C library have given back what they hold free. */
export function residentBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  trim?.(0);
  return statusBytes('VmRSS');
}

/**
 * Peak resident memory of this process while `work` runs, in bytes, beyond `before`. Linux only.
 *
 * `before` is {@link residentBytes} when nothing but the inputs lives and nothing of the work's size has run yet: TensorFlow's
 * allocator keeps freed memory for itself, so in a warm process the work would seem to need none.
 * @throws Error where the kernel does not let a process reset its peak
 */
export async function peakExtraBytes(before: number, work: () => Promise<void>): Promise<number> {
  // 5 resets VmHWM to the present size (proc_pid_clear_refs(5)).
  writeFileSync('/proc/self/clear_refs', '5');
  await work();
  return statusBytes('VmHWM') - before;
}

const trim = mallocTrim();

function mallocTrim(): ((pad: number) => number) | undefined {
  try {
    return koffi.load('libc.so.6').func('int malloc_trim(size_t pad)') as (pad: number) => number;
  } catch {
    return undefined; // another C library
  }
}

function statusBytes(field: string): number {
  const match = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync('/proc/self/status', 'utf8'));
  if (!match) throw new Error(`/proc/self/status has no ${field}`);
  return Number(match[1]) * 1024;
}
