import fs from 'node:fs/promises';
import path from 'node:path';
import { BootstrapError, systemCode } from '../errors.ts';
import { formatBytes } from './format.ts';

/** Free bytes for this user on the disk that holds `directory` or will hold it. */
export async function freeBytes(directory: string): Promise<number> {
  for (let at = path.resolve(directory); ; at = path.dirname(at)) {
    try {
      const stats = await fs.statfs(at);
      return stats.bavail * stats.bsize;
    } catch (error) {
      if (systemCode(error) !== 'ENOENT' || at === path.dirname(at)) return Number.POSITIVE_INFINITY;
    }
  }
}

export interface DirectoryNeed {
  /** what the directory is for, in messages: "cache" */
  what: string;
  /** environment variable that moves it */
  variable: string;
  code: 'CACHE_UNWRITABLE' | 'STATE_UNWRITABLE';
  /** bytes about to be written */
  bytes?: number;
  /** replaces {@link freeBytes} in tests */
  free?: (directory: string) => Promise<number>;
}

/**
 * Makes a directory and checks that it can be written and has room, before anything is fetched or started.
 * @throws BootstrapError CACHE_UNWRITABLE, STATE_UNWRITABLE or DISK_FULL
 */
export async function requireDirectory(directory: string, need: DirectoryNeed): Promise<void> {
  const probe = path.join(directory, `.write-test-${process.pid}-${Math.random().toString(36).slice(2)}`);
  try {
    await fs.mkdir(directory, { recursive: true });
    await fs.writeFile(probe, '');
    await fs.rm(probe);
  } catch (error) {
    if (isDiskFull(error)) throw diskFull(directory, need, 0, error);
    throw new BootstrapError(
      need.code,
      `the ${need.what} directory ${directory} cannot be written (${systemCode(error) ?? String(error)})`,
      {
        hint: `make it writable, or use another place: ${need.variable}=/path/with/room`,
        cause: error,
      },
    );
  }
  if (!need.bytes) return;
  const free = await (need.free ?? freeBytes)(directory);
  if (free < need.bytes) throw diskFull(directory, need, free);
}

/** ENOSPC and quota errors, also inside the text of another program's output. */
export function isDiskFull(error: unknown): boolean {
  const text = `${systemCode(error) ?? ''} ${error instanceof Error ? error.message : String(error)}`;
  return /ENOSPC|EDQUOT|no space left|disk quota/i.test(text);
}

/** The error of a full disk, before or in the middle of writing. */
export function diskFull(
  directory: string,
  need: DirectoryNeed,
  free: number,
  cause?: unknown,
): BootstrapError {
  const wanted = need.bytes ? `, ${formatBytes(need.bytes)} needed` : '';
  return new BootstrapError(
    'DISK_FULL',
    `the disk of the ${need.what} directory ${directory} is full: ${formatBytes(free)} free${wanted}`,
    {
      hint: `free some space (\`df -h ${directory}\`), or use another disk: ${need.variable}=/path/with/room`,
      cause,
    },
  );
}
