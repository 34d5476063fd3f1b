import type { RunConfig } from '@ovis/config';
import type { StageEventInput } from '@ovis/protocol';
import { initEngine, tf } from '@ovis/tensorflow';
import { makeTinyRun } from '@ovis/tiny-run';
import type { StageBatch, TrainingBatch } from '@ovis/training';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StageJobOptions } from '../src/stage-job.ts';
import { runGang, type GangRun } from './run-gang.ts';

let folder: string;
let run: RunConfig;

beforeAll(async () => {
  await initEngine({ intraOpThreads: 1, interOpThreads: 2 });
  folder = await mkdtemp(join(tmpdir(), 'ovis-bad-loss-'));
  run = (await makeTinyRun(folder)).config;
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Where rank 1 stands behind each batch of the stage, as JSON: what a batch is known by. */
const places: string[] = [];

/** Makes a pixel infinite in the batches that are those of the steps `bad` in a run that nothing disturbs (from 1). */
function spoiling(bad: readonly number[]): StageJobOptions['through'] {
  return async function* (batches) {
    for await (const batch of batches) {
      if (bad.includes(1 + places.indexOf(JSON.stringify(batch.cursor)))) spoil(batch);
      yield batch;
    }
  };
}

function spoil({ microBatches }: Pick<StageBatch, 'microBatches'>): void {
  const [shard] = microBatches[0] as TrainingBatch[];
  const { pixelValues } = shard!;
  const values = pixelValues.dataSync().slice();
  values[0] = Infinity;
  shard!.pixelValues = tf.tensor4d(values, pixelValues.shape);
  pixelValues.dispose();
}

/** Stage 1 of six steps on two ranks, a checkpoint every two. Rank 1's batches in `bad` are spoiled. */
function train(runId: string, bad: number[], changes: Partial<RunConfig> = {}, o: Partial<GangRun> = {}) {
  const stages = run.stages.map((stage) => ({ ...stage, checkpointEvery: 2 })) as RunConfig['stages'];
  const through = (rank: number) => (rank === 1 ? spoiling(bad) : undefined);
  return runGang({ run: { ...run, ...changes, stages }, stage: 1, world: 2, runId, through, ...o });
}

type Events = readonly StageEventInput[];
const warnings = (events: Events) => events.flatMap(({ warning }) => (warning ? [warning] : []));
const stepsOf = (events: Events) => events.flatMap(({ step }) => (step ? [step.step] : []));
const startsOf = (events: Events) => events.flatMap(({ started }) => (started ? [started.firstStep] : []));

it('skip: the update is left out, the step counts, all ranks say so', async () => {
  const recording: StageJobOptions['through'] = async function* (batches) {
    for await (const batch of batches) {
      places.push(JSON.stringify(batch.cursor));
      if (places.length === 4) spoil(batch);
      yield batch;
    }
  };
  const through = (rank: number) => (rank === 1 ? recording : undefined);
  const { events, losses, reason } = await train('skips', [], { onBadLoss: 'skip' }, { through });
  expect(reason).toBe('finished');
  expect(losses.map(Number.isFinite)).toEqual([true, true, true, false, true, true]);
  const [one, two] = events.map(warnings);
  expect(one).toEqual(two);
  expect(one).toMatchObject([
    { signature: 'bad-loss', step: 4, message: expect.stringContaining('the update was left out') },
  ]);
});

it('stop: the stage ends; the error says which rank, and whose gradient came first', async () => {
  await expect(train('stops', [4])).rejects.toMatchObject({
    code: 'LOSS_NOT_FINITE',
    message: expect.stringMatching(
      /step 4 of 6: the loss is NaN.*\(rank 1: the loss is NaN; of \d+ gradients \d+ are not finite, in the backward pass first that of /,
    ),
  });
});

it('rollback: goes on from the last checkpoint behind the bad samples, and is resumed bit for bit', async () => {
  const rolled = await train('rolls', [4], { onBadLoss: 'rollback' });
  expect(rolled.reason).toBe('finished');
  expect(stepsOf(rolled.events[0]!)).toEqual([1, 2, 3, 4, 3, 4, 5, 6]);
  expect(startsOf(rolled.events[0]!)).toEqual([0, 2]);
  expect(rolled.losses.slice(4).every(Number.isFinite)).toBe(true);
  expect(warnings(rolled.events[1]!)).toMatchObject([
    { step: 4, message: expect.stringContaining('goes back') },
  ]);
  // Stopped behind the second third step, and resumed.
  const stopped = await train('rolls-stop', [4], { onBadLoss: 'rollback' }, { stopAfter: 4 });
  expect(stopped.reason).toBe('stopped');
  const from = { from: stopped.checkpointUrl, initial: false };
  const resumed = await train('rolls-stop', [4], { onBadLoss: 'rollback' }, from);
  expect([...stopped.losses, ...resumed.losses]).toEqual(rolled.losses);
});

it('skip and rollback: with a shared-out optimizer the same, bit for bit', async () => {
  const gang = { ...run.gang, shardOptimizer: true, gradientBucketMb: 0.02 };
  for (const onBadLoss of ['skip', 'rollback'] as const) {
    const plain = await train(`plain-${onBadLoss}`, [4], { onBadLoss });
    const sharded = await train(`sharded-${onBadLoss}`, [4], { onBadLoss, gang });
    expect(sharded.reason).toBe('finished');
    expect(stepsOf(sharded.events[0]!)).toEqual(stepsOf(plain.events[0]!));
    expect(sharded.losses).toEqual(plain.losses);
  }
});

it('skip and rollback: also of sites that average their weights now and then, all of them together', async () => {
  const gang = { ...run.gang, localSteps: 2, sites: 2 };
  const skipped = await train('sites-skip', [3], { onBadLoss: 'skip', gang });
  expect(skipped.losses.map(Number.isFinite)).toEqual([true, true, false, true, true, true]);
  const rolled = await train('sites-rollback', [4], { onBadLoss: 'rollback', gang });
  expect(stepsOf(rolled.events[0]!)).toEqual([1, 2, 3, 4, 3, 4, 5, 6]);
  expect(rolled.losses.slice(4).every(Number.isFinite)).toBe(true);
  for (const { events, reason } of [skipped, rolled]) {
    expect(reason).toBe('finished');
    expect(warnings(events[0]!)).toEqual(warnings(events[1]!));
  }
});

it('rollback: to the start of the stage when nothing was saved yet', async () => {
  const again = await train('rolls-start', [2], { onBadLoss: 'rollback' });
  expect(again.reason).toBe('finished');
  expect(stepsOf(again.events[0]!)).toEqual([1, 2, 1, 2, 3, 4, 5, 6]);
});
