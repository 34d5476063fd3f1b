import fs from 'node:fs/promises';
import path from 'node:path';
import { BootstrapError } from '../errors.ts';
import { fillSlot, readSlot, slotDirectory, type CacheSlot } from './cache.ts';
import { CUDA_MIN_DRIVER, CUDA_PLATFORM, CUDA_WHEELS } from './cuda-pins.ts';
import { requireDirectory } from './disk.ts';
import { fetchWheel } from './fetch-wheel.ts';
import { formatBytes } from './format.ts';
import { findDriver } from './nvidia.ts';
import { platformKey, TENSORFLOW_VERSION, type WheelPin } from './pins.ts';
import type { ResolveOptions } from './temporal.ts';
import { transferTotals } from './transfer-totals.ts';
import type { Part } from './toolchain.ts';

/** Wheels fetched at the same time: while one is unpacked, the next arrives. */
const AT_ONCE = 2;
const MARGIN_BYTES = 100e6;

export interface CudaOptions extends ResolveOptions {
  /** fetch although no driver was found, for a machine that gets one later or a shared cache */
  force?: boolean;
  /** replaces the pinned wheels in tests */
  wheels?: readonly WheelPin[];
  /** replaces {@link platformKey} in tests */
  platform?: string;
  /** replaces the search for the driver's device file in tests */
  hasDevice?: () => Promise<boolean>;
}

/** What `ovis setup --cuda` would do; sizes are those of the pinned files. */
export interface CudaPlan {
  version: string;
  directory: string;
  /** the whole build is in the cache */
  present: boolean;
  wheels: { requirement: string; bytes: number; unpackedBytes: number; present: boolean }[];
  /** still to be fetched */
  fetchBytes: number;
  /** room needed on the disk while fetching */
  diskBytes: number;
  /** room that the finished build takes */
  unpackedBytes: number;
}

/** Where the finished build lies, with the folders of a Python installation: `tensorflow/`, `nvidia/cudnn/lib/` ... */
export function cudaSlot(cacheDir: string): CacheSlot {
  return { cacheDir, name: 'libtensorflow', version: `${TENSORFLOW_VERSION}-cuda` };
}

/** Where one wheel's files lie until all are there: a set-up that was killed goes on with the next wheel. */
function wheelSlot(cacheDir: string, pin: WheelPin): CacheSlot {
  return { cacheDir, name: 'cuda-wheels', version: pin.requirement.replace('==', '-') };
}

const allFiles = (wheels: readonly WheelPin[]) => wheels.flatMap((pin) => pin.files);

/** The CUDA build in the cache, if it is there whole. */
export async function cachedCuda(cacheDir: string, wheels = CUDA_WHEELS): Promise<Part | undefined> {
  const slot = cudaSlot(cacheDir);
  return (await readSlot(slot, allFiles(wheels))) ? cudaPart(slot, 'cached', slotDirectory(slot)) : undefined;
}

function cudaPart(slot: CacheSlot, source: Part['source'], from: string): Part {
  const library = path.join(slotDirectory(slot), 'tensorflow');
  return { kind: 'library', source, from, version: slot.version, path: library };
}

/** What is in the cache already and what a fetch costs. Reads the cache only. */
export async function planCuda(cacheDir: string, pins = CUDA_WHEELS): Promise<CudaPlan> {
  const slot = cudaSlot(cacheDir);
  const whole = (await readSlot(slot, allFiles(pins))) !== undefined;
  const wheels = await Promise.all(
    pins.map(async ({ requirement, bytes, unpackedBytes, files }, index) => ({
      requirement,
      bytes,
      unpackedBytes,
      present: whole || !!(await readSlot(wheelSlot(cacheDir, pins[index] as WheelPin), files)),
    })),
  );
  const missing = wheels.filter((wheel) => !wheel.present);
  const sum = (list: typeof wheels, key: 'bytes' | 'unpackedBytes') =>
    list.reduce((total, wheel) => total + wheel[key], 0);
  // The packed wheels go as soon as they are unpacked: at most so many are there at once.
  const packed = missing.sort((a, b) => b.bytes - a.bytes).slice(0, AT_ONCE);
  return {
    version: slot.version,
    directory: slotDirectory(slot),
    present: whole,
    wheels,
    fetchBytes: sum(missing, 'bytes'),
    diskBytes: missing.length === 0 ? 0 : sum(missing, 'unpackedBytes') + sum(packed, 'bytes') + MARGIN_BYTES,
    unpackedBytes: sum(wheels, 'unpackedBytes'),
  };
}

/**
 * Finds or fetches the CUDA build of libtensorflow and NVIDIA's libraries.
 * @throws BootstrapError PART_UNAVAILABLE (not this platform, no pip, no network, wrong hash), NO_GPU_DRIVER without
 *   `force`, DISK_FULL, CACHE_UNWRITABLE
 */
export async function resolveCuda(options: CudaOptions): Promise<Part> {
  const { cacheDir, env, task, force, wheels = CUDA_WHEELS, platform = platformKey() } = options;
  if (platform !== CUDA_PLATFORM) {
    throw new BootstrapError('PART_UNAVAILABLE', `TensorFlow has no CUDA build for ${platform}`, {
      hint: 'use Linux x86_64 with glibc (on Windows: inside WSL 2); everything else works here on the CPU: `npm run ovis -- setup`',
    });
  }
  const driver = await findDriver(env, options.hasDevice);
  if (!driver.found && !force) {
    throw new BootstrapError('NO_GPU_DRIVER', `this machine has no working NVIDIA driver: ${driver.says}`, {
      hint: `install NVIDIA's driver ${CUDA_MIN_DRIVER} or newer (nothing else of CUDA is needed), or fetch it anyway with --force: it computes on the CPU until there is one`,
    });
  }
  if (!driver.found)
    task.warn(`no working NVIDIA driver (${driver.says}): the CUDA build computes on the CPU`);
  if (env.LIBTENSORFLOW_PATH) {
    task.warn(
      `LIBTENSORFLOW_PATH=${env.LIBTENSORFLOW_PATH} goes before the CUDA build; \`unset\` it to use that one`,
    );
  }
  const slot = cudaSlot(cacheDir);
  const { filled } = await fillSlot(slot, {
    files: allFiles(wheels),
    onWait: (holder) => task.update(`waiting for ${holder}, which is fetching it`),
    fill: (stage) => fetchAll(stage, { ...options, wheels }),
  });
  if (filled) {
    await Promise.all(
      wheels.map((pin) => fs.rm(slotDirectory(wheelSlot(cacheDir, pin)), { recursive: true, force: true })),
    );
    await fs.rmdir(path.join(cacheDir, 'cuda-wheels')).catch(() => undefined); // kept when others use it
  }
  const plan = await planCuda(cacheDir, wheels);
  task.result(
    `${slot.version}, ${filled ? 'fetched' : 'cached'}, ${formatBytes(plan.unpackedBytes)}; ${driver.says}`,
  );
  return cudaPart(slot, filled ? 'fetched' : 'cached', filled ? 'pip' : slotDirectory(slot));
}

/** Fetches what is missing, two wheels at a time, and puts all together in `stage`. */
async function fetchAll(
  stage: string,
  options: CudaOptions & { wheels: readonly WheelPin[] },
): Promise<string> {
  const { cacheDir, env, task, wheels } = options;
  const plan = await planCuda(cacheDir, wheels);
  await requireDirectory(cacheDir, {
    what: 'cache',
    variable: 'OVIS_CACHE_DIR',
    code: 'CACHE_UNWRITABLE',
    bytes: plan.diskBytes,
  });
  const missing = wheels.filter((_, index) => !plan.wheels[index]?.present);
  if (missing.length > 0) {
    const here = wheels.length - missing.length;
    task.update(
      `${missing.length} wheels, ${formatBytes(plan.fetchBytes)} to fetch` +
        (here > 0 ? ` (${here} are here from an earlier attempt)` : ''),
    );
  }
  const progressOf = transferTotals(missing, task);
  const queue = [...missing];
  let failed = false;
  const worker = async () => {
    for (let pin = queue.shift(); pin && !failed; pin = queue.shift()) {
      try {
        await fetchWheel({
          slot: wheelSlot(cacheDir, pin),
          pin,
          mode: (file) => (file.includes('/bin/') ? 0o755 : 0o644),
          keepPaths: true,
          task: { ...task, update() {}, progress: progressOf(pin) },
          env,
        });
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  // All must have ended before the error is thrown: nothing may write to the cache after it.
  const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  for (const pin of wheels) {
    for (const file of pin.files) {
      await fs.mkdir(path.dirname(path.join(stage, file)), { recursive: true });
      // Links, not renames: a set-up that is killed here loses nothing.
      await fs.link(path.join(slotDirectory(wheelSlot(cacheDir, pin)), file), path.join(stage, file));
    }
  }
  return `pip: ${wheels.map((pin) => pin.requirement).join(', ')}`;
}
