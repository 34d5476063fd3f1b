import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { AuditTail, committedSteps, compareRuns, type AuditLine } from './audit.ts';

let clock = 0;
/** Two ranks do a step with two samples each. */
function step(n: number, o: { run?: string; generation?: number; samples?: string[]; loss?: number } = {}) {
  const { run = 'r', generation = 1, loss = 1 / n } = o;
  const samples = o.samples ?? ['a', 'b', 'c', 'd'].map((name) => `${name}${n}`);
  const line = (rank: number): AuditLine => ({
    ...{ atMs: ++clock, run, gang: 'g', generation, stage: 1, step: n, rank, world: 2 },
  });
  const before = [0, 1].map((rank) => ({ ...line(rank), samples: samples.slice(2 * rank, 2 * rank + 2) }));
  return [...before, { ...line(0), loss }, { ...line(1), loss }];
}
const three = (run = 'r') => [1, 2, 3].flatMap((n) => step(n, { run }));
const compare = (lines: AuditLine[]) =>
  compareRuns(committedSteps(three(), 'r'), committedSteps(lines, 'chaos'));

it('finds nothing where nothing is different', () => {
  expect(compare(three('chaos'))).toEqual({
    ...{ samplesLost: 0, samplesRepeated: 0, stepsWithOtherSamples: 0, stepsMissing: 0 },
    largestLossDifference: 0,
  });
});

it('takes a step that was done again once, as the later generation did it', () => {
  const lines = [...three('chaos'), ...step(2, { run: 'chaos', generation: 2, loss: 0.25 })];
  expect(committedSteps(lines, 'chaos').get('1/2')).toMatchObject({ times: 2, loss: 0.25 });
  expect(compare(lines)).toMatchObject({ samplesLost: 0, samplesRepeated: 0, largestLossDifference: 0.5 });
});

it('does not take a step that was cut off for one that was done', () => {
  const cut = step(4, { run: 'chaos' }).filter(({ loss }) => loss === undefined);
  expect(committedSteps(cut, 'chaos').size).toBe(0);
});

it('counts the samples of a rank that was killed between its update and its word', () => {
  const lines = three('chaos').filter(({ step: n, rank, loss }) => !(n === 3 && rank === 1 && loss));
  expect(compare(lines)).toMatchObject({ samplesLost: 0, samplesRepeated: 0 });
});

it('finds a sample that was lost and one that was seen twice', () => {
  const lines = [
    ...step(1, { run: 'chaos' }),
    ...step(2, { run: 'chaos', samples: ['a1', 'b2', 'c2', 'd2'] }),
    ...step(3, { run: 'chaos' }),
  ];
  expect(compare(lines)).toMatchObject({ samplesLost: 1, samplesRepeated: 1, stepsWithOtherSamples: 1 });
  const short = compare(step(1, { run: 'chaos' }));
  expect(short).toMatchObject({ samplesLost: 8, samplesRepeated: 0, stepsMissing: 2 });
});

it('reads lines as they grow, the half written ones when they are whole', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ovis-audit-'));
  const tail = new AuditTail(folder);
  const [first, second] = step(1).map((line) => JSON.stringify(line));
  appendFileSync(join(folder, '1.jsonl'), `${first}\n${second!.slice(0, 9)}`);
  expect(tail.read()).toHaveLength(1);
  appendFileSync(join(folder, '1.jsonl'), `${second!.slice(9)}\n`);
  expect(tail.read()).toEqual([JSON.parse(second!)]);
  rmSync(folder, { recursive: true });
});
