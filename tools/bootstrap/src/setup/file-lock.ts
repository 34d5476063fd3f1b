import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { systemCode } from '../errors.ts';

export interface LockOptions {
  /** Told once when another process holds the lock: its description ("pid 123 on host"). */
  onWait?: (holder: string) => void;
  /** A lock not refreshed for this long is abandoned (its holder was on another host, or is frozen). */
  staleMs?: number;
  pollMs?: number;
}

interface Holder {
  pid: number;
  host: string;
}

/**
 * Runs `work` while holding a lock file; others wait. A holder that died is noticed by its pid on the same host, and by
 * the age of the file (refreshed every few seconds) on others: the cache may lie on a shared home directory.
 */
export async function withFileLock<T>(
  file: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const { staleMs = 60_000, pollMs = 200 } = options;
  await fs.mkdir(path.dirname(file), { recursive: true });
  let told = false;
  while (!(await tryCreate(file))) {
    const holder = await readHolder(file);
    if (await isAbandoned(file, holder, staleMs)) {
      await removeAbandoned(file, holder);
      continue;
    }
    if (!told) options.onWait?.(holder ? `pid ${holder.pid} on ${holder.host}` : 'another process');
    told = true;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  const refresh = setInterval(
    () => void fs.utimes(file, new Date(), new Date()).catch(() => undefined),
    5000,
  );
  refresh.unref();
  try {
    return await work();
  } finally {
    clearInterval(refresh);
    await fs.rm(file, { force: true });
  }
}

/** Creates the lock with its content at once (link of a finished file), so that nobody ever reads an empty one. */
async function tryCreate(file: string): Promise<boolean> {
  const draft = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  const holder: Holder = { pid: process.pid, host: os.hostname() };
  await fs.writeFile(draft, JSON.stringify(holder));
  try {
    await fs.link(draft, file);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await fs.rm(draft, { force: true });
  }
}

/** Takes the dead lock away by renaming it; when another waiter was faster, and what came is its fresh lock, puts it back. */
async function removeAbandoned(file: string, judged: Holder | undefined): Promise<void> {
  const aside = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}.stale`;
  try {
    await fs.rename(file, aside);
    const got = await readHolder(aside);
    if (JSON.stringify(got) !== JSON.stringify(judged)) await fs.link(aside, file).catch(() => undefined);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  } finally {
    await fs.rm(aside, { force: true });
  }
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await fs.readFile(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

async function isAbandoned(file: string, holder: Holder | undefined, staleMs: number): Promise<boolean> {
  if (holder?.host === os.hostname()) {
    try {
      process.kill(holder.pid, 0);
    } catch (error) {
      return systemCode(error) === 'ESRCH';
    }
  }
  try {
    return Date.now() - (await fs.stat(file)).mtimeMs > staleMs;
  } catch {
    return false; // gone: the next attempt will create it
  }
}
