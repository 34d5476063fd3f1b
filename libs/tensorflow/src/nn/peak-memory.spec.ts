import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { BACKEND } from '../../test/engine.ts';

const CHILD = fileURLToPath(new URL('peak-memory-child.ts', import.meta.url));
const MIB = 2 ** 20;

async function peak(name: string): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    import.meta.resolve('tsx'),
    CHILD,
    name,
  ]);
  return Number(stdout);
}

/** What the process itself adds to its first large run: code, graphs, JavaScript's heap. */
const NOISE = 30 * MIB;

describe.skipIf(process.platform !== 'linux' || BACKEND === 'wasm')('peak of the resident memory', () => {
  test('the chunked look-up stays below a quarter of the plain one', async () => {
    const [plain, chunked] = [await peak('lookup-plain'), await peak('lookup-chunked')];
    expect(plain).toBeGreaterThan(4 * 4 * 512 * 65536); // four matrices [n, K] at least: it is the plain form
    expect(chunked).toBeLessThan(plain / 4);
  });

  test('recompute keeps the inputs of blocks, not what is inside them', async () => {
    const [kept, recomputed] = [await peak('chain-kept'), await peak('chain-recomputed')];
    const tensor = 4 * MIB;
    expect(kept).toBeGreaterThan(12 * 8 * tensor * 0.9); // of 12 blocks of 8 operations
    expect(recomputed).toBeLessThan((12 + 2 * 8) * tensor + NOISE); // a block's operations and their gradients
  });
});
