import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { SpecCounts } from './tfjs-specs/run.ts';

const run = promisify(execFile);

test('TF.js passes its own published specs on libtensorflow', { timeout: 300_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ovis-tfjs-specs-'));
  try {
    const result = join(folder, 'counts.json');
    const program = new URL('./tfjs-specs/run.ts', import.meta.url).pathname;
    const started = performance.now();
    // The specs print as they like; what a crash says is in the error of a run that ends badly.
    await run(process.execPath, ['--import', import.meta.resolve('tsx'), program, result], {
      maxBuffer: 1 << 26,
    });
    const counts = JSON.parse(await readFile(result, 'utf8')) as SpecCounts;
    const { passed, failed, ignored, pending, overallStatus } = counts;
    process.stdout.write(
      `TF.js's published specs on libtensorflow: ${passed} passed, ${failed.length} failed, ` +
        `${ignored} ignored as by tfjs-node, ${pending} pending, ${Math.round((performance.now() - started) / 1000)} s\n`,
    );
    expect(failed).toEqual([]);
    expect(overallStatus).toBe('passed');
    // Specs that vanish (a changed name of the environment, a list that matches everything) are no success.
    expect(passed).toBeGreaterThan(3500);
  } finally {
    await rm(folder, { recursive: true });
  }
});
