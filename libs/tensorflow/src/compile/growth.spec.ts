import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);

interface Reading {
  tensors: number;
  /** Bytes by the engine's own account. */
  total: number;
  /** Bytes of the process. */
  rss: number;
  anonymous: number;
}

/** Memory before and after 10,000 steps in a process of their own: a test runner's worker has memory of its own to grow. */
async function readings(...args: string[]): Promise<[Reading, Reading]> {
  const program = fileURLToPath(new URL('growth-child.ts', import.meta.url));
  const node = ['--no-warnings', '--expose-gc', '--import', import.meta.resolve('tsx')];
  const { stdout } = await run(process.execPath, [...node, program, ...args]);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Reading) as [Reading, Reading];
}

test(
  'ten thousand steps take no more memory than the first five thousand',
  { timeout: 240_000 },
  async () => {
    const [before, after] = await readings();
    expect(after.tensors).toBe(before.tensors);
    expect(after.total).toBe(before.total);
    expect(after.rss / before.rss).toBeLessThan(1.02);
    expect(after.anonymous / before.anonymous).toBeLessThan(1.02);
  },
);

test('one kilobyte kept per step would be seen', { timeout: 240_000 }, async () => {
  const [before, after] = await readings('leak');
  expect(after.tensors - before.tensors).toBe(10_000);
  expect(after.total - before.total).toBe(10_000 * 16 * 16 * 4);
  expect(after.rss / before.rss).toBeGreaterThan(1.02);
  expect(after.anonymous / before.anonymous).toBeGreaterThan(1.02);
});
