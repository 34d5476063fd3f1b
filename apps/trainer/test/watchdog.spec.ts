import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

const watchdog = fileURLToPath(new URL('../src/watchdog/watchdog.ts', import.meta.url));

/** Runs a program whose main thread blocks for a while; a process of its own, because only that one has a main thread to look at. */
async function runBlocked(folder: string, block: string): Promise<{ out: string; err: string }> {
  const file = join(folder, 'blocked.mts');
  await writeFile(
    file,
    `import { Watchdog } from ${JSON.stringify(pathToFileURL(watchdog).href)};
     import { setTimeout as sleep } from 'node:timers/promises';
     const dog = new Watchdog({ trainerId: 't7', noticeMs: 300, reportMs: 1000 });
     dog.watch({ runId: 'r', stage: 2, generation: 1, rank: 0, storage: ${JSON.stringify(pathToFileURL(folder).href)} });
     await sleep(1500);
     ${block}
     let longest = dog.takeLongest();
     for (let i = 0; i < 200 && longest.ms === 0; i++) {
       await sleep(50);
       longest = dog.takeLongest();
     }
     console.log(JSON.stringify(longest));
     console.log(JSON.stringify(dog.takeLongest()));
     await dog.close();`,
  );
  const child = spawn(process.execPath, ['--import', 'tsx', file], {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  return { out, err };
}

it('sees where the main thread is stuck, reports it while that lasts, and says so afterwards', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ovis-watchdog-'));
  try {
    const spin =
      'function spinForever(ms) { const end = Date.now() + ms; while (Date.now() < end); }\nspinForever(6000);';
    const { out, err } = await runBlocked(folder, spin);
    const [longest, after] = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { ms: number; stack: string });
    expect(longest?.ms).toBeGreaterThan(4_000);
    expect(longest?.stack).toContain('at spinForever (');
    expect(after).toEqual({ ms: 0, stack: '' });
    expect(err).toContain('the main thread has not answered for');
    const report = await readFile(
      join(folder, 'r', 'reports', 'stage2-generation1-rank0-blocked.json'),
      'utf8',
    );
    expect(JSON.parse(report)).toMatchObject({
      trainerId: 't7',
      stage: 2,
      stack: expect.stringContaining('spinForever'),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
