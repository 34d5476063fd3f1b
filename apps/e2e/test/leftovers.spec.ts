import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTinyRun } from '@ovis/tiny-run';
import { afterAll, describe, expect, it } from 'vitest';
import { ovis, recorded, RunRecorder, startUp, waitUntil, type Up } from '../src/index.ts';

let stateDir: string | undefined;
const started: Up[] = [];
afterAll(async () => {
  for (const up of started) for (const { pid } of up.processes()) process.kill(pid, 'SIGKILL');
  if (stateDir !== undefined) await rm(stateDir, { recursive: true, force: true });
});

async function up(): Promise<Up> {
  const one = await startUp({ trainers: 2, stateDir });
  stateDir = one.stateDir;
  started.push(one);
  return one;
}

const names = ['controller', 's3', 'temporal', 'trainer-1', 'trainer-2'];

/** The search finds what there is to find: the five programs, ovis up itself and its guard (and tsx's compiler, at times). */
function expectAllFound(up: Up): void {
  const found = up.processes();
  const known = [...recorded(up).map(({ pid }) => pid), up.process.child.pid];
  expect(found.map(({ pid }) => pid)).toEqual(expect.arrayContaining(known));
  expect(known).toHaveLength(names.length + 1);
  expect(found.filter(({ command }) => command.includes('guard.mjs'))).toHaveLength(1);
}

describe('ovis up', () => {
  it('leaves no process behind when it is interrupted at work; started again it goes on with the run; nor when it is killed', async () => {
    const first = await up();
    expect(
      recorded(first)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(names);
    expectAllFound(first);

    const { text } = await makeTinyRun('s3://ovis/tiny', { env: first.env });
    const file = join(first.stateDir, 'tiny.yaml');
    await writeFile(file, text);
    const recorder = new RunRecorder(first.env['OVIS_FLEET_ADDRESS'] ?? '', 'going');
    const long = ['--set', 'stages.0.steps=400', '--set', 'stages.0.checkpointEvery=400'];
    expect(await ovis(['submit', file, '--id', 'going', ...long], first.env)).toMatchObject({ code: 0 });
    await waitUntil('the run trains', () => (recorder.lastStep?.step ?? 0) > 3, 60_000);
    await recorder.stop();
    const pids = recorded(first).map(({ pid }) => pid);
    const interrupted = Date.now();
    first.process.child.kill('SIGINT');
    expect(await first.process.ended).toBe(130);
    expect(first.processes()).toEqual([]);
    expect(pids).toHaveLength(names.length);
    expect(Date.now() - interrupted).toBeLessThan(15_000);
    expect(first.process.err()).toMatch(/SIGINT: stopping[^]*stopped in /);

    const second = await up();
    const watched = await ovis(['watch', 'going'], second.env, { timeoutMs: 100_000 });
    expect(watched).toMatchObject({ code: 0 });
    // The trainers saved where they were when they were told to stop.
    const goesOn = /^stage 1 .* steps (\d+) to 400$/m.exec(watched.out);
    expect(Number(goesOn?.[1])).toBeGreaterThan(3);
    expect(watched.out).toMatch(/^completed +going$/m);
    expectAllFound(second);
    second.process.child.kill('SIGKILL');
    expect(await second.process.ended).toBe('SIGKILL');
    // The guard gives trainers a moment to stop by themselves.
    await waitUntil('every process has ended', () => second.processes().length === 0, 15_000);
    const down = await ovis(['down'], second.env);
    expect(down.code).toBe(0);
  }, 240_000);
});
