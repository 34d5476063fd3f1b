import type { RunConfig } from '@ovis/config';
import { StageSource } from '@ovis/protocol';
import { createLogger } from '@ovis/telemetry';
import { initEngine } from '@ovis/tensorflow';
import { makeTinyRun } from '@ovis/tiny-run';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { StagePreparation } from '../src/prepare-stage.ts';
import { generation, Member } from './regroup.ts';

const STEPS = 12;
const log = createLogger({ name: 'spec', level: 'silent' });
let folder: string;
let run: RunConfig;
/** Losses of all steps of stage 2, undisturbed, with two trainers. */
let whole: number[];

beforeAll(async () => {
  await initEngine({ intraOpThreads: 1, interOpThreads: 2 });
  folder = await mkdtemp(join(tmpdir(), 'ovis-regroup-'));
  const tiny = (await makeTinyRun(folder)).config;
  const stages = tiny.stages.map((stage) => ({ ...stage, steps: STEPS, checkpointEvery: 1000 }));
  run = { ...tiny, stages: stages as RunConfig['stages'] };
  const members = await start(2);
  const results = await generation({ ...at('whole'), generation: 1, members });
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
  whole = [...members[0]!.losses.values()];
  expect(whole).toHaveLength(STEPS);
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const started: Member[] = [];
afterEach(async () => {
  for (const member of started.splice(0)) await member.close();
});

async function start(count: number): Promise<Member[]> {
  const members = await Promise.all(Array.from({ length: count }, () => Member.start()));
  started.push(...members);
  return members;
}

const at = (runId: string) => ({ run, stage: 2 as const, runId, gangId: `${runId}/stage-2/x` });

function checkpoints(runId: string): string[] {
  const path = join(folder, 'runs', runId, 'checkpoints');
  return existsSync(path) ? readdirSync(path).filter((name) => name.startsWith('stage')) : [];
}

describe('a gang that lost a trainer', { timeout: 120_000 }, () => {
  it('goes on from memory with a replacement: the very losses of a run that nothing disturbed, and no checkpoint', async () => {
    const [survivor, victim, replacement] = await start(3);
    const gang = at('replaced');
    // What a spare does beforehand leaves no trace in the numbers.
    const preparation = new StagePreparation({ gpu: false, log });
    const { runId, gangId, stage } = gang;
    const request = { runId, gangId, stage, world: 2, checkpointUrl: '', runConfigJson: JSON.stringify(run) };
    expect(preparation.ask(request)).toBe(false);
    await expect.poll(() => preparation.ask(request), { timeout: 60_000 }).toBe(true);
    await preparation.stop();
    expect(preparation.ask(request)).toBe(true);
    const first = await generation({
      ...gang,
      generation: 1,
      members: [survivor!, victim!],
      onStep: (rank, step) => rank === 1 && step === 5 && victim!.die(),
    });
    expect(first.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const before = survivor!.losses;
    const held = survivor!.held.facts;
    expect(held).toMatchObject({ runId: 'replaced', stage: 2 });
    expect(held?.step).toBeGreaterThanOrEqual(5);
    expect(checkpoints('replaced')).toEqual([]);

    const second = await generation({ ...gang, generation: 2, members: [survivor!, replacement!] });
    expect(second.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect(survivor!.started).toMatchObject({ firstStep: held?.step, source: StageSource.MEMORY });
    expect(replacement!.started).toMatchObject({ firstStep: held?.step, source: StageSource.PEER });
    expect(replacement!.started?.sourceDetail).toMatch(/^step \d+ of rank 0, \d+\.\d MB$/);
    const after = survivor!.losses;
    expect([...before.values(), ...after.values()]).toEqual(whole);
    expect(survivor!.held.facts).toBeUndefined();
  });

  it('goes on alone, and grows again without a checkpoint; every sample is seen once', async () => {
    const [survivor, victim, late] = await start(3);
    const gang = at('elastic');
    await generation({
      ...gang,
      generation: 1,
      members: [victim!, survivor!],
      onStep: (rank, step) => rank === 0 && step === 4 && victim!.die(),
    });
    const first = [...survivor!.losses.values()];
    const alone = await generation({ ...gang, generation: 2, members: [survivor!], stopAfter: 8 });
    expect(alone).toMatchObject([{ status: 'fulfilled', value: { reason: 'held', checkpointUrl: '' } }]);
    const second = [...survivor!.losses.values()];
    expect(survivor!.held.facts?.step).toBe(first.length + second.length);
    await generation({ ...gang, generation: 3, members: [late!, survivor!] });
    expect(late!.started?.source).toBe(StageSource.PEER);
    const all = [...first, ...second, ...late!.losses.values()];
    expect(all).toHaveLength(STEPS);
    // Another gang sums up in another order: the same samples give the same losses to rounding.
    all.forEach((loss, step) => expect(loss / whole[step]!).toBeCloseTo(1, 4));
    expect(checkpoints('elastic')).toHaveLength(1);
  });

  it('begins alone and grows', async () => {
    const [first, late] = await start(2);
    const gang = at('grown');
    await generation({ ...gang, generation: 1, members: [first!], stopAfter: 5 });
    const alone = [...first!.losses.values()];
    const both = await generation({ ...gang, generation: 2, members: [first!, late!] });
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    const all = [...alone, ...first!.losses.values()];
    expect(all).toHaveLength(STEPS);
    all.forEach((loss, step) => expect(loss / whole[step]!).toBeCloseTo(1, 4));
  });

  it('saves when any rank wants to, and reads the checkpoint when nobody is left who holds the stage', async () => {
    const members = await start(2);
    const gang = at('stopped');
    const stopped = await generation({
      ...gang,
      generation: 1,
      members,
      stopAfter: 6,
      wantsCheckpoint: (rank) => rank === 1,
    });
    expect(stopped.map((one) => one.status === 'fulfilled' && one.value.reason)).toEqual([
      'stopped',
      'stopped',
    ]);
    const [id] = checkpoints('stopped');
    const step = Number(/step0*(\d+)/.exec(id ?? '')?.[1]);
    const before = [...members[0]!.losses.values()];
    expect(before).toHaveLength(step);
    for (const member of members) member.held.free('both were killed');
    const checkpointUrl = `${run.storage}/stopped/checkpoints/${id}`;
    await generation({ ...gang, generation: 2, members, checkpointUrl, startStep: step });
    expect(members.map(({ started }) => started?.source)).toEqual([
      StageSource.CHECKPOINT,
      StageSource.CHECKPOINT,
    ]);
    expect([...before, ...members[0]!.losses.values()]).toEqual(whole);
  });

  it('another gang, stage or config gets nothing of what is held', async () => {
    const [alone] = await start(1);
    const gang = at('other');
    await generation({ ...gang, generation: 1, members: [alone!], stopAfter: 3 });
    expect(alone!.held.facts?.step).toBeGreaterThanOrEqual(3);
    await generation({ ...gang, gangId: 'other/stage-2/y', generation: 2, members: [alone!], stopAfter: 3 });
    expect(alone!.started).toMatchObject({ firstStep: 0, source: StageSource.BACKBONES });
  });
});
