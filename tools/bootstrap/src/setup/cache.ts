import fs from 'node:fs/promises';
import path from 'node:path';
import { systemCode } from '../errors.ts';
import { withFileLock } from './file-lock.ts';

/** A directory of the cache that appears whole or not at all: `<cache>/<name>/<version>/`. */
export interface CacheSlot {
  cacheDir: string;
  /** "temporal", "seaweedfs", "libtensorflow" */
  name: string;
  version: string;
}

/** Written beside the files: where they came from, and their sizes, to notice damage. */
export interface CacheRecord {
  source: string;
  fetchedAt: string;
  /** bytes by file name */
  files: Record<string, number>;
}

const RECORD = 'source.json';

export function slotDirectory(slot: CacheSlot): string {
  return path.join(slot.cacheDir, slot.name, slot.version);
}

/** The slot's record when every file is there in its full size; undefined when the slot is empty or damaged. */
export async function readSlot(slot: CacheSlot, files: readonly string[]): Promise<CacheRecord | undefined> {
  const directory = slotDirectory(slot);
  const sizes: Record<string, number> = {};
  for (const file of files) {
    const stats = await fs.stat(path.join(directory, file)).catch(() => undefined);
    if (!stats?.isFile() || stats.size === 0) return undefined;
    sizes[file] = stats.size;
  }
  const record = await readRecord(path.join(directory, RECORD));
  // Files put there by hand have no record: they are taken as they are.
  if (!record) return { source: 'placed by hand', fetchedAt: '', files: sizes };
  return files.every((file) => record.files[file] === sizes[file]) ? record : undefined;
}

async function readRecord(file: string): Promise<CacheRecord | undefined> {
  try {
    return JSON.parse(await fs.readFile(file, 'utf8')) as CacheRecord;
  } catch {
    return undefined;
  }
}

export interface FillOptions {
  /** Writes the files into `stage`, on the same file system as the slot, and says where they came from. */
  fill: (stage: string) => Promise<string>;
  files: readonly string[];
  onWait?: (holder: string) => void;
}

/**
 * Fills a slot once, whatever the number of processes that ask: one works under a lock in a staging directory, which is
 * renamed into place at the end; the others wait and find it. Leftovers of killed attempts are removed.
 * @returns the slot's record and whether this call filled it
 */
export async function fillSlot(
  slot: CacheSlot,
  options: FillOptions,
): Promise<{ record: CacheRecord; filled: boolean }> {
  const lock = path.join(slot.cacheDir, 'locks', `${slot.name}-${slot.version}.lock`);
  return withFileLock(
    lock,
    async () => {
      const present = await readSlot(slot, options.files);
      if (present) return { record: present, filled: false };
      const stages = path.join(slot.cacheDir, 'staging');
      const stagePrefix = `${slot.name}-${slot.version}-`;
      await fs.mkdir(stages, { recursive: true });
      for (const leftover of await fs.readdir(stages)) {
        if (leftover.startsWith(stagePrefix)) await fs.rm(path.join(stages, leftover), { recursive: true });
      }
      const stage = await fs.mkdtemp(path.join(stages, stagePrefix));
      try {
        const source = await options.fill(stage);
        const record: CacheRecord = { source, fetchedAt: new Date().toISOString(), files: {} };
        for (const file of options.files) {
          record.files[file] = (await fs.stat(path.join(stage, file))).size;
        }
        await fs.writeFile(path.join(stage, RECORD), `${JSON.stringify(record, null, 2)}\n`);
        await replaceDirectory(stage, slotDirectory(slot));
        return { record, filled: true };
      } finally {
        await fs.rm(stage, { recursive: true, force: true });
      }
    },
    { onWait: options.onWait },
  );
}

/** Renames a finished directory into place; a damaged one there is moved aside first. */
async function replaceDirectory(stage: string, target: string): Promise<void> {
  await fs.mkdir(path.dirname(target), { recursive: true });
  await fs.chmod(stage, 0o755); // mkdtemp made it 0700; the cache may be shared
  try {
    await fs.rename(stage, target);
  } catch (error) {
    if (systemCode(error) !== 'ENOTEMPTY' && systemCode(error) !== 'EEXIST') throw error;
    const aside = `${stage}-old`;
    await fs.rename(target, aside);
    await fs.rename(stage, target);
    await fs.rm(aside, { recursive: true, force: true });
  }
}
