import type { tf } from '@ovis/tensorflow';
import { cacheDirectory, tensorView } from '@ovis/tensorflow';
import { execFile } from 'node:child_process';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Where a case's model and batch lie for the peer: `tensors.bin`, `tensors.json` and `case.json`. */
export function exchangeFolder(name: string): string {
  return join(cacheDirectory(), 'bench', name);
}

/** Writes float32 and int32 tensors behind each other, an index of them, and what else the peer has to know. */
export async function writeExchange(
  folder: string,
  tensors: Record<string, tf.Tensor>,
  facts: object,
): Promise<void> {
  let offset = 0;
  const index: Record<string, { dtype: string; shape: number[]; offset: number }> = {};
  const parts = Object.entries(tensors).map(([name, tensor]) => {
    const values = tensorView(tensor);
    index[name] = { dtype: tensor.dtype, shape: tensor.shape, offset };
    offset += values.byteLength;
    return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  });
  await mkdir(folder, { recursive: true });
  // Renamed when complete: another run of the bench may be reading the same files.
  const put = async (name: string, bytes: Buffer | string) => {
    const path = join(folder, name);
    await writeFile(`${path}.${process.pid}`, bytes);
    await rename(`${path}.${process.pid}`, path);
  };
  await put('tensors.bin', Buffer.concat(parts));
  await put('tensors.json', JSON.stringify(index));
  await put('case.json', JSON.stringify(facts));
}

/**
 * Runs a script of `src/models` that calls {@link writeExchange}, in a process of its own: the harness itself stays free of
 * TensorFlow. Returns the environment that tells the peer where to look.
 */
export async function makeExchange(
  script: string,
  name: string,
  ...args: string[]
): Promise<Record<string, string>> {
  const folder = exchangeFolder(name);
  const path = fileURLToPath(new URL(script, import.meta.url));
  await promisify(execFile)(process.execPath, ['--import', 'tsx', path, name, folder, ...args]);
  return { OVIS_BENCH_EXCHANGE: folder };
}
