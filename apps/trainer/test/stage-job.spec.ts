import type { RunConfig, StageConfig } from '@ovis/config';
import { initEngine } from '@ovis/tensorflow';
import { makeTinyRun } from '@ovis/tiny-run';
import { readUrl } from '@ovis/storage';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runEvaluateJob } from '../src/evaluate-job.ts';
import { runGang as runRanks, type GangRun } from './run-gang.ts';

let folder: string;
let run: RunConfig;

beforeAll(async () => {
  await initEngine({ intraOpThreads: 1, interOpThreads: 2 });
  folder = await mkdtemp(join(tmpdir(), 'ovis-trainer-'));
  run = (await makeTinyRun(folder)).config;
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

interface StageRun extends Omit<GangRun, 'run'> {
  /** Changes to the run file. */
  stageKeys?: Partial<StageConfig>;
  modelKeys?: Partial<RunConfig['model']>;
}

/** Runs a stage of the tiny run, with changes. */
function runGang({ stageKeys, modelKeys, ...o }: StageRun) {
  const stages = run.stages.map((stage) => ({ ...stage, ...stageKeys })) as RunConfig['stages'];
  return runRanks({ ...o, run: { ...run, model: { ...run.model, ...modelKeys }, stages } });
}

describe('a stage', () => {
  it(
    'gives the same losses with two trainers as with one, and both learn',
    { timeout: 120_000 },
    async () => {
      const one = await runGang({ stage: 1, world: 1, runId: 'one' });
      const two = await runGang({ stage: 1, world: 2, runId: 'two' });
      expect(two.losses).toHaveLength(6);
      two.losses.forEach((loss, step) => expect(loss / (one.losses[step] as number)).toBeCloseTo(1, 5));
      // The first step has learning rate 0, so the loss moves from the third on.
      expect(one.losses[5]).not.toBe(one.losses[1]);
      const [first, second] = two.events.map((events) =>
        events.flatMap(({ step }) => (step ? [step.loss] : [])),
      );
      expect(second).toEqual(first);
    },
  );

  it(
    'goes on after a stop with the very losses of a run that was not stopped',
    { timeout: 120_000 },
    async () => {
      const whole = await runGang({ stage: 1, world: 2, runId: 'whole' });
      const stopped = await runGang({ stage: 1, world: 2, runId: 'stopped', stopAfter: 3 });
      expect(stopped.reason).toBe('stopped');
      const done = stopped.losses.length;
      expect(done).toBeLessThan(6);
      const resumed = await runGang({
        stage: 1,
        world: 2,
        runId: 'stopped',
        from: stopped.checkpointUrl,
        initial: false,
      });
      expect([...stopped.losses, ...resumed.losses]).toEqual(whole.losses);
      const next = await runGang({ stage: 2, world: 2, runId: 'whole', from: whole.checkpointUrl });
      const nextAfterResume = await runGang({
        stage: 2,
        world: 2,
        runId: 'stopped',
        from: resumed.checkpointUrl,
      });
      expect(nextAfterResume.losses).toEqual(next.losses);
    },
  );

  it('packs samples into rows: the losses of padded rows, for every number of trainers and after a stop', async () => {
    const padded = await runGang({ stage: 1, world: 1, runId: 'padded', stageKeys: { accumulation: 2 } });
    const stageKeys = { packing: 'rows', accumulation: 2 } as const;
    const whole = await runGang({ stage: 1, world: 2, runId: 'packed', stageKeys });
    const stopped = await runGang({ stage: 1, world: 2, runId: 'packed-stop', stageKeys, stopAfter: 3 });
    const resumed = await runGang({
      stage: 1,
      world: 2,
      runId: 'packed-stop',
      from: stopped.checkpointUrl,
      initial: false,
      stageKeys,
    });
    expect([...stopped.losses, ...resumed.losses]).toEqual(whole.losses);
    expect(whole.losses).toHaveLength(6);
    whole.losses.forEach((loss, step) => expect(loss / padded.losses[step]!).toBeCloseTo(1, 5));
  }, 120_000);

  it('learns nearly as well with gradients sent as bf16, and goes on after a stop bit for bit', async () => {
    const plain = await runGang({ stage: 1, world: 2, runId: 'plain' });
    const stageKeys = { gradientCompression: 'bf16' } as const;
    const sent = await runGang({ stage: 1, world: 2, runId: 'bf16', stageKeys });
    sent.losses.forEach((loss, step) => expect(Math.abs(loss / plain.losses[step]! - 1)).toBeLessThan(2e-3));
    expect(sent.losses).not.toEqual(plain.losses);
    const stopped = await runGang({ stage: 1, world: 2, runId: 'bf16-stop', stageKeys, stopAfter: 3 });
    const from = stopped.checkpointUrl;
    const resumed = await runGang({
      stage: 1,
      world: 2,
      runId: 'bf16-stop',
      from,
      initial: false,
      stageKeys,
    });
    expect([...stopped.losses, ...resumed.losses]).toEqual(sent.losses);
  }, 120_000);

  it("draws gumbel_argmax's noise by the sample, not by the trainer", async () => {
    const modelKeys = { tokenizeFunction: 'gumbel_argmax' } as const;
    const one = await runGang({ stage: 1, world: 1, runId: 'gumbel-one', modelKeys });
    const two = await runGang({ stage: 1, world: 2, runId: 'gumbel-two', modelKeys });
    const softmax = await runGang({ stage: 1, world: 1, runId: 'softmax' });
    two.losses.forEach((loss, step) => expect(loss / one.losses[step]!).toBeCloseTo(1, 4));
    // The first two steps see the same weights.
    expect(Math.abs(one.losses[0]! - softmax.losses[0]!)).toBeGreaterThan(1e-3);
  }, 120_000);

  it('refuses to go on inside a checkpoint of another stage', async () => {
    const done = await runGang({ stage: 1, world: 1, runId: 'other' });
    await expect(
      runGang({ stage: 3, world: 1, runId: 'other', from: done.checkpointUrl, initial: false }),
    ).rejects.toMatchObject({ code: 'BAD_CHECKPOINT' });
  });
});

describe('the evaluation', () => {
  it(
    'answers every rank its share, with the picture and with a blank one',
    { timeout: 120_000 },
    async () => {
      const { checkpointUrl } = await runGang({ stage: 1, world: 1, runId: 'evaluated' });
      const lines = [];
      for (const rank of [0, 1]) {
        const outputUrl = `${pathToFileURL(folder).href}/predictions-${rank}.jsonl`;
        await runEvaluateJob({
          request: {
            runId: 'evaluated',
            gangId: 'g',
            rank,
            world: 2,
            runConfigJson: JSON.stringify(run),
            checkpointUrl,
            blankImage: true,
            outputUrl,
          },
          emit: () => undefined,
          lanes: 2,
        });
        const text = Buffer.from(await readUrl(outputUrl)).toString('utf8');
        lines.push(
          ...text
            .trim()
            .split('\n')
            .map(
              (line) => JSON.parse(line) as { index: number; prediction: string; blankPrediction: string },
            ),
        );
      }
      expect(lines.map(({ index }) => index).sort((a, b) => a - b)).toEqual([
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
      ]);
      for (const line of lines) {
        expect(typeof line.prediction).toBe('string');
        expect(typeof line.blankPrediction).toBe('string');
      }
    },
  );
});
