import type { RunConfig } from '@ovis/config';
import type { StageEventInput } from '@ovis/protocol';
import { initEngine } from '@ovis/tensorflow';
import { makeTinyRun } from '@ovis/tiny-run';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runGang, type GangRun } from './run-gang.ts';

let folder: string;
let run: RunConfig;

beforeAll(async () => {
  await initEngine({ intraOpThreads: 1, interOpThreads: 2 });
  folder = await mkdtemp(join(tmpdir(), 'ovis-monitors-'));
  run = (await makeTinyRun(folder)).config;
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Stage 1, six steps: a look every two, five held-out samples every three, whose loss may not be above that of training. */
function train(runId: string, o: Partial<GangRun> = {}, gang: Partial<RunConfig['gang']> = {}) {
  const monitor = {
    ...run.monitor!,
    every: 2,
    heldOutEvery: 3,
    heldOutSamples: 5,
    mostGap: 1e-6,
    patience: 1,
  };
  const stages = run.stages.map((stage) => ({ ...stage, heldOut: stage.dataset })) as RunConfig['stages'];
  return runGang({
    run: { ...run, monitor, stages, gang: { ...run.gang, ...gang } },
    stage: 1,
    world: 2,
    runId,
    ...o,
  });
}

/** Of the gang of two. */
let ofTwo: ReturnType<typeof heldOut> = [];

const seen = (events: readonly StageEventInput[]) =>
  events.flatMap(({ statistics }) => (statistics ? [{ ...statistics, ms: 0 }] : []));
const heldOut = (events: readonly StageEventInput[]) =>
  events.flatMap(({ heldOut }) => (heldOut ? [{ ...heldOut, ms: 0 }] : []));

it('tells what the tokens look like and the loss on held-out samples: the same on all ranks, and after a stop', async () => {
  const whole = await train('whole');
  const [one, two] = whole.events as [StageEventInput[], StageEventInput[]];
  expect(seen(one).map(({ step }) => step)).toEqual([2, 4, 6]);
  expect(seen(two)).toEqual(seen(one));
  expect(heldOut(one)).toMatchObject([
    { step: 3, samples: 5 },
    { step: 6, samples: 5 },
  ]);
  expect(heldOut(two)).toEqual(heldOut(one));
  ofTwo = heldOut(one);
  const stopped = await train('stopped', { stopAfter: 3 });
  const resumed = await train('stopped', { from: stopped.checkpointUrl, initial: false });
  expect([...stopped.losses, ...resumed.losses]).toEqual(whole.losses);
  const [before, after] = [stopped, resumed].map(({ events }) => events[0] as StageEventInput[]);
  expect([...seen(before!), ...seen(after!)]).toEqual(seen(one));
  expect([...heldOut(before!), ...heldOut(after!)]).toEqual(heldOut(one));
});

it('tells the same with a shared-out optimizer, and of sites what their averaged weights lose', async () => {
  const sharded = await train('sharded', {}, { shardOptimizer: true });
  expect(heldOut(sharded.events[0]!)).toEqual(ofTwo);
  const sites = await train('sites', {}, { localSteps: 3, sites: 2 });
  const [one, two] = sites.events.map(heldOut);
  expect(one).toMatchObject([
    { step: 3, samples: 5 },
    { step: 6, samples: 5 },
  ]);
  expect(two).toEqual(one);
});

it('gives one trainer the held-out loss of two, and names a gap', async () => {
  const { events } = await train('alone', { world: 1 });
  const mine = events[0] as StageEventInput[];
  expect(ofTwo).toHaveLength(2);
  heldOut(mine).forEach(({ loss }, i) => expect(loss! / ofTwo[i]!.loss!).toBeCloseTo(1, 5));
  const tooMuch = heldOut(mine).filter(({ loss, trainLoss }) => loss! - trainLoss! >= 1e-6);
  const named = mine.flatMap(({ warning }) => (warning?.signature === 'overfitting' ? [warning.step] : []));
  expect(named).toEqual(tooMuch.slice(0, 1).map(({ step }) => step));
});
