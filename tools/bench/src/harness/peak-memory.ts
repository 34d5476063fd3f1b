import { readFileSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Bytes of anonymous memory that this process touches while `work` runs, each page counted once: at least the peak of what
 * lives during the work. Linux only.
 *
 * The peak of the resident memory (VmHWM) would not do in a warm process, because TensorFlow's allocator keeps the pages it
 * has freed; and in a cold one it counts the graph's compilation, and JavaScript's heap, which shrinks by 30 MB when it likes.
 * @throws Error where the kernel does not let a process clear its pages' referenced bits
 */
export async function touchedBytes(work: () => Promise<void>): Promise<number> {
  collectGarbage();
  // 1 clears the referenced bits of all pages (proc_pid_clear_refs(5)).
  writeFileSync('/proc/self/clear_refs', '1');
  await work();
  return referencedBytes();
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

/** Of mappings that are no file's. */
function referencedBytes(): number {
  let anonymous = false;
  let kilobytes = 0;
  for (const line of readFileSync('/proc/self/smaps', 'utf8').split('\n')) {
    // address permissions offset device inode [path]
    const inode = /^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ (\d+)/.exec(line)?.[1];
    if (inode) anonymous = inode === '0';
    else if (anonymous) kilobytes += Number(/^Referenced:\s+(\d+) kB/.exec(line)?.[1] ?? 0);
  }
  if (kilobytes === 0) throw new Error('/proc/self/smaps tells of no referenced pages');
  return kilobytes * 1024;
}
