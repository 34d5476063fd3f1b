import { readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';

let own: string | undefined;

/**
 * Names what ranks must have in common to share memory: the running machine, and the /dev/shm that this process sees, since containers of one
 * machine may have their own.
 */
export function hostId(): string {
  own ??= `${boot()}/${sharedMemory()}`;
  return own;
}

function boot(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return hostname();
  }
}

function sharedMemory(): string {
  try {
    return String(statSync('/dev/shm').dev);
  } catch {
    return 'none';
  }
}
