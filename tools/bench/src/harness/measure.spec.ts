import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BenchCase, Variant } from './bench-case.ts';
import { compareChecks, measure } from './measure.ts';
import { WorkerProcess } from './worker-process.ts';

/** A worker in plain JavaScript: notes every command in a file and answers what its setup told it to. */
const FAKE = `
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
let told = {};
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  if (command.cmd === 'exit') break;
  if (command.cmd === 'setup') told = command;
  appendFileSync('commands', told.variant + ' ' + command.cmd + '\\n');
  console.log('chatter on stdout');
  if (told.failsAt === command.cmd) { console.error('the reason'); process.exit(3); }
  const times = Array(command.n ?? 0).fill(told.ms ?? 1);
  console.log(JSON.stringify({ ok: true, wallMs: times, cpuMs: times, check: told.check ?? 1, peakExtraBytes: 5, processCpuMs: 7 }));
}
`;

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ovis-bench-'));
  writeFileSync(join(directory, 'fake.mjs'), FAKE);
});
afterEach(() => rmSync(directory, { recursive: true }));

const benchCase: BenchCase = {
  name: 'fake',
  ours: '',
  peer: '',
  peerName: 'peer',
  unit: 'ms',
  rounds: 1,
  warmup: 1,
};

function variant(side: Variant['side'], name: string, told: Record<string, unknown> = {}): Variant {
  return { side, name, argv: [process.execPath, 'fake.mjs'], env: {}, setup: { ...told, variant: name } };
}

function run(over: Partial<BenchCase>, variants: Variant[], rounds: number, log: string[] = []) {
  return measure({ ...benchCase, ...over }, variants, { rounds, directory, log: (line) => log.push(line) });
}

const commands = () => readFileSync(join(directory, 'commands'), 'utf8').trim().split('\n');

test('variants are warmed up one after the other, then take turns, each first in its turn', async () => {
  const measured = await run({ iterations: 2 }, [variant('ours', 'a', { ms: 3 }), variant('peer', 'b')], 2);
  expect(commands()).toEqual(['a setup', 'a run', 'b setup', 'b run', 'a run', 'b run', 'b run', 'a run']);
  expect(measured.map((m) => m.samples.wallMs)).toEqual([
    [3, 3, 3, 3],
    [1, 1, 1, 1],
  ]);
});

test('a variant that dies is left out with its last words; the others go on', async () => {
  const log: string[] = [];
  const variants = [variant('ours', 'a'), variant('peer', 'b', { failsAt: 'setup' })];
  const measured = await run({}, variants, 1, log);
  expect(measured.map((m) => [m.variant.name, m.samples.wallMs, m.failure?.includes('exit code 3')])).toEqual(
    [
      ['a', [1], undefined],
      ['b', [], true],
    ],
  );
  expect(log.join('\n')).toMatch(/peer \(b\): left out: .*exit code 3[\s\S]*the reason/);
});

test('sides that compute different things fail the case', async () => {
  const variants = [variant('ours', 'a', { check: 2 }), variant('peer', 'b', { check: 2.01 })];
  await expect(run({ tolerance: 1e-3 }, variants, 1)).rejects.toThrow(/disagree: check 1 is 2 .* 2\.01/);
  await expect(run({ tolerance: 0.1 }, variants, 1)).resolves.toHaveLength(2);
});

test('missing checks and NaN are differences', () => {
  const given = { label: 'a', checks: [1] };
  for (const check of [NaN, undefined, null]) {
    expect(() => compareChecks(1, [given, { label: 'b', checks: [check] }])).toThrow(/disagree/);
  }
});

test('memory asks for memory', async () => {
  const measured = await run({ kind: 'memory' }, [variant('ours', 'a')], 2);
  expect(measured[0]!.samples.peakExtraBytes).toEqual([5, 5]);
  expect(commands()).toEqual(['a setup', 'a run', 'a memory', 'a memory']);
});

test('start-up takes a new process each turn and its whole CPU time', async () => {
  const measured = await run({ kind: 'start-up' }, [variant('ours', 'a')], 2);
  expect(commands()).toEqual(['a setup', 'a run', 'a setup', 'a run', 'a setup', 'a run']);
  expect(measured[0]!.samples.cpuMs).toEqual([7, 7]);
  expect(Math.min(...measured[0]!.samples.wallMs)).toBeGreaterThan(5); // starting Node takes longer than the worker says
});

test('a worker that says nothing is ended after its time', async () => {
  const worker = new WorkerProcess(
    'silent',
    [process.execPath, '-e', 'setInterval(() => {}, 1000)'],
    process.env,
    directory,
  );
  await expect(worker.ask({ cmd: 'run', n: 1 }, 200)).rejects.toThrow(
    "silent gave no answer to 'run' in 0.2 s",
  );
  await worker.close();
});

test('a program that does not exist is an error, not a crash', async () => {
  const worker = new WorkerProcess('nobody', ['no-such-program-here'], process.env, directory);
  await expect(worker.ask({ cmd: 'run', n: 1 })).rejects.toThrow(/nobody cannot be started/);
  await worker.close();
});
