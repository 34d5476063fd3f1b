import { execFile } from 'node:child_process';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from './samples.ts';

const CHILD = fileURLToPath(new URL('./memory-child.ts', import.meta.url));
/** Only Linux says how high a process's memory was and forgets it on demand. */
const measurable = process.platform === 'linux';

let folder: string;
let size = 0;

async function child(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', CHILD, ...args]);
  return stdout;
}

/** Bytes that the child's resident memory rose by. */
async function risen(...args: string[]): Promise<number> {
  return (JSON.parse(await child(...args)) as { risen: number }).risen;
}

describe.skipIf(!measurable)('memory, measured in a process of its own', () => {
  beforeAll(async () => {
    folder = await temporaryFolder();
    await child('make', join(folder, 'model'));
    for (const name of await readdir(join(folder, 'model'))) {
      size += (await stat(join(folder, 'model', name))).size;
    }
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('loading takes the size of the weights and a little more', async () => {
    expect(size).toBeGreaterThan(280e6);
    const rise = await risen('load', join(folder, 'model'));
    expect(rise).toBeGreaterThan(size);
    expect(rise).toBeLessThan(1.3 * size);
  });

  it('converting takes some chunks, not the model', async () => {
    expect(await risen('convert', join(folder, 'model'), join(folder, 'bf16'))).toBeLessThan(0.5 * size);
  });

  it('a bf16 model answers with the memory of its file and some matrices, not of fp32 weights', async () => {
    const told = JSON.parse(await child('answer', join(folder, 'bf16'))) as {
      inUse: number;
      peak: number;
    } | null;
    // Not every libtensorflow tells what its allocator holds.
    if (!told) return;
    const { inUse, peak } = told;
    expect(inUse).toBeGreaterThan(0.3 * size);
    expect(inUse).toBeLessThan(0.55 * size);
    expect(peak).toBeLessThan(0.8 * size);
  });
});
