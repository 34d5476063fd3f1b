import { encodeSafetensors, type HostTensors } from '@ovis/checkpoint';
import type { ObjectStorage } from '@ovis/storage';
import { openStorage } from '@ovis/storage';
import { cp, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const CASES = [
  'ovis10_clip_qwen2',
  'ovis10_clip_llama3',
  'ovis15_siglip_gemma2',
  'ovis16_siglip_llama32',
  'ovis20_aimv2_qwen25',
  'native_ovis2',
] as const;

/** Folder of a case's model. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../../model/fixtures/${name}/checkpoint`, import.meta.url));
}

export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'ovis-pretrained-'));
}

/** A copy of a case's model to spoil, and the storage over it. */
export async function copyOf(name: string, target: string): Promise<ObjectStorage> {
  await cp(fixture(name), target, { recursive: true, mode: 0 });
  return openStorage(pathToFileURL(target).href);
}

export async function writeTensors(storage: ObjectStorage, key: string, tensors: HostTensors): Promise<void> {
  await storage.put(key, encodeSafetensors(tensors, { format: 'pt' }));
}

export async function readJson(path: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
}
