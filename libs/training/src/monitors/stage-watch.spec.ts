import { initEngine, tf } from '@ovis/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { differences, halfBatch, makeGang, samples, saveGang } from '../../test/gang.ts';
import { ovis10 } from '../../test/golden.ts';
import { memoryCollectives } from '../../test/memory-collective.ts';
import { badLossDefaults, disposeMicroBatch, monitorDefaults, runStage } from '../index.ts';
import type { StageSettings, StageTrainer, StepResult, TrainingSample, StageError } from '../index.ts';
import { WORD_USAGE } from './word-usage.ts';

const golden = ovis10.stage(3);
const monitor = { ...monitorDefaults, every: 1, patience: 2, warmupRatio: 0, usageTokens: 300 };
const solo = [{}];
const pair = () => memoryCollectives(2).map((collective) => ({ collective }));

/** A step of all ranks, which share its samples; `bad` changes pixels of rank `at`'s first picture. */
async function step(
  gang: readonly StageTrainer[],
  number: number,
  bad?: { at: number; pixel: number },
): Promise<StepResult[]> {
  const all = samples[number % samples.length]!;
  return Promise.all(
    gang.map(async (trainer, rank) => {
      const own = all.slice((rank * all.length) / gang.length, ((rank + 1) * all.length) / gang.length);
      const given = bad?.at === rank ? spoil(own, bad.pixel) : own;
      const batch = ovis10.batch(golden, given);
      try {
        return await trainer.step([batch]);
      } finally {
        disposeMicroBatch(batch);
      }
    }),
  );
}

/** The samples with one pixel of the first picture among them changed. */
function spoil(own: readonly TrainingSample[], pixel: number): TrainingSample[] {
  const first = own.findIndex(({ pixels }) => pixels.length > 0);
  if (first < 0) throw new Error('none of these samples has a picture');
  return own.map((sample, i) => (i === first ? spoiled(sample, pixel) : sample));
}

function spoiled(sample: TrainingSample, pixel: number): TrainingSample {
  const [first, ...others] = sample.pixels as Float32Array[];
  return { ...sample, pixels: [first!.map((x, i) => (i === 5 ? pixel : x)), ...others] };
}

async function steps(gang: readonly StageTrainer[], from: number, to: number): Promise<StepResult[]> {
  const results = [];
  for (let i = from; i < to; i++) results.push((await step(gang, i))[0]!);
  return results;
}

/** Losses of the first steps, nobody watching. */
const plain: number[] = [];
/** ... and with statistics. */
let watched: number[] = [];

const withoutTime = ({ statistics }: StepResult) => ({ ...statistics, ms: 0 });

beforeAll(async () => {
  await initEngine();
});

describe('statistics of a stage', () => {
  it('are the same on all ranks, of the tokens of all of them', async () => {
    const [one, two] = await Promise.all([
      makeGang({ peers: solo, settings: { monitor: { ...monitor, every: 2 } } }),
      makeGang({ peers: pair(), settings: { monitor: { ...monitor, every: 2 } } }),
    ]);
    const alone = await steps(one, 0, 2);
    watched = alone.map(({ loss }) => loss);
    expect(alone.map(({ statistics }) => statistics?.step)).toEqual([undefined, 2]);
    for (let i = 0; i < 2; i++) {
      const [a, b] = (await step(two, i)).map(withoutTime);
      expect(b).toEqual(a);
      if (i === 0) continue;
      const of = alone[i]!.statistics;
      expect(a!.tokens).toBe(of?.tokens);
      if (of) {
        expect(a!.entropy! / of.entropy).toBeCloseTo(1, 4);
        expect(a!.coverage! / of.coverage).toBeCloseTo(1, 4);
        expect(a!.deadWords).toBeCloseTo(of.deadWords, 2);
      }
    }
    const sums = (await saveGang(two)).optimizer[WORD_USAGE]!.data;
    // Every distribution adds up to 1.
    expect(sums.slice(0, -1).reduce((sum, x) => sum + x, 0)).toBeCloseTo(sums.at(-1)!, 2);
    for (const trainer of [...one, ...two]) trainer.dispose();
  });

  it('go on after a resume as if there had been none', async () => {
    const whole = await makeGang({ peers: solo, settings: { monitor } });
    const first = await steps(whole, 0, 3);
    const from = await saveGang(whole);
    const rest = await steps(whole, 3, 5);
    const resumed = await makeGang({ peers: solo, settings: { monitor }, from });
    expect((await steps(resumed, 3, 5)).map(withoutTime)).toEqual(rest.map(withoutTime));
    expect(differences((await saveGang(resumed)).optimizer, (await saveGang(whole)).optimizer)).toEqual([]);
    expect(first.concat(rest).every(({ statistics }) => statistics)).toBe(true);
    const pieces = whole[0]!.pieces()!;
    const target = new Uint8Array(8);
    pieces.read([{ name: WORD_USAGE, begin: 4, target }]);
    const own = whole[0]!.pieces()!.pieces.find(({ name }) => name === WORD_USAGE)!;
    expect(own.shape).toEqual([ovis10.config.visual.vocabSize - ovis10.config.visual.reserved + 1]);
    const saved = (await saveGang(whole)).optimizer[WORD_USAGE]!.data;
    expect([...new Float32Array(target.buffer)]).toEqual([...saved.subarray(1, 3)]);
    for (const trainer of [...whole, ...resumed]) trainer.dispose();
  });

  it('warn when a large rate of the head saturates the tokens, and not at a sane one', async () => {
    const train = async (trainModules: string[]) => {
      const [trainer] = await makeGang({
        peers: solo,
        settings: { monitor, trainModules, schedule: 'constant', totalSteps: 14 },
      });
      const results = await steps([trainer!], 0, 14);
      trainer!.dispose();
      return results;
    };
    const saturated = await train(['all', 'visual_tokenizer.head:2']);
    const warnings = saturated.flatMap((result) => result.warnings ?? []);
    expect(warnings.map(({ signature }) => signature)).toContain('saturation');
    expect(warnings.find(({ signature }) => signature === 'saturation')!.remedy).toContain(
      'visual_tokenizer.head:RATE',
    );
    expect(saturated.at(-1)!.statistics!.effectiveWords.median).toBeLessThan(1.1);
    const healthy = await train(['all', 'visual_tokenizer.head:1e-3']);
    expect(healthy.flatMap((result) => result.warnings ?? [])).toEqual([]);
    expect(healthy.at(-1)!.statistics!.effectiveWords.median).toBeGreaterThan(2);
  });
});

describe('the loss on held-out samples', () => {
  it('is that of a step on them, on all ranks, and shows a model that learns its few samples by heart', async () => {
    const watched = { ...monitor, thresholds: { ...monitor.thresholds, gap: 1 } };
    const settings = {
      monitor: watched,
      badLoss: badLossDefaults,
      schedule: 'constant',
      totalSteps: 12,
    } as const;
    const gang = await makeGang({ peers: pair(), settings: { ...settings, learningRate: 3e-3 } });
    const evaluate = (number: number) =>
      Promise.all(
        gang.map(async (trainer, rank) => {
          const batch = halfBatch(number, rank);
          const report = await trainer.heldOut([batch]);
          disposeMicroBatch(batch);
          return report;
        }),
      );
    const [before] = await evaluate(0);
    const [first] = await step(gang, 0);
    expect(before!.heldOutLoss / first!.loss).toBeCloseTo(1, 5);
    const warnings = [];
    for (let i = 1; i < 12; i++) {
      await step(gang, 0);
      if (i % 3 !== 2) continue;
      const [mine, theirs] = await evaluate(1);
      expect({ ...theirs, ms: 0 }).toEqual({ ...mine, ms: 0 });
      warnings.push(...mine!.warnings);
    }
    expect(warnings).toMatchObject([{ signature: 'overfitting', over: false }]);
    expect(warnings[0]!.message).toMatch(/held-out samples is [\d.]+, [\d.]+ above that of training/);
    gang.forEach((trainer) => trainer.dispose());
  });
});

describe('a bad loss', () => {
  const settings = (changes: Partial<StageSettings['badLoss']>): Partial<StageSettings> => ({
    badLoss: { ...badLossDefaults, ...changes },
  });

  it('is skipped on all ranks alike, but not for ever; says which picture of which rank, and whose gradient came first', async () => {
    const gang = await makeGang({ peers: pair(), settings: settings({ policy: 'skip', mostSkips: 1 }) });
    await step(gang, 0);
    const before = await saveGang(gang);
    const results = await step(gang, 1, { at: 0, pixel: Infinity });
    expect(results.map(({ bad }) => bad?.action)).toEqual(['skip', 'skip']);
    expect(results[0]!.bad!.message).toContain('rank 0: ');
    expect(results[0]!.bad!.message).not.toContain('rank 1');
    const after = await saveGang(gang);
    expect(after.state).toMatchObject({ step: 2, monitors: { losses: { skipped: 1 } } });
    expect(differences(after.params, before.params)).toEqual([]);
    expect(differences(after.optimizer, before.optimizer)).toEqual([]);
    const [next] = await step(gang, 2);
    expect(next!.bad).toBeUndefined();
    expect(differences((await saveGang(gang)).params, before.params).length).toBeGreaterThan(10);

    await step(gang, 3, { at: 0, pixel: Infinity });
    const ends = await Promise.allSettled(await bothStep(gang, 4, { at: 0, pixel: NaN }));
    const messages = ends.map((end) => (end as PromiseRejectedResult).reason as StageError);
    expect(messages.map(({ code }) => code)).toEqual(['LOSS_NOT_FINITE', 'LOSS_NOT_FINITE']);
    expect(messages[0]!.message).toBe(messages[1]!.message);
    expect(messages[0]!.message).toMatch(
      /rank 0: picture 1 of micro-batch 1 has pixels that are no numbers; the loss is NaN; of \d+ gradients \d+ are not finite, in the backward pass first that of [a-z_.0-9]+\)/,
    );
    expect(messages[0]!.message).not.toContain('rank 1');
    await expect(gang[0]!.snapshot()).rejects.toMatchObject({ code: 'TRAINER_FAILED' });
    gang.forEach((trainer) => trainer.dispose());
  });

  it('rollback: the step loop ends behind the batch, and the trainer is not used again', async () => {
    const [trainer] = await makeGang({ peers: solo, settings: settings({ policy: 'rollback' }) });
    const saved: number[] = [];
    async function* batches() {
      for (let i = 0; ; i++) {
        const own = i === 3 ? spoil(samples[i]!, NaN) : samples[i]!;
        yield { microBatches: [ovis10.batch(golden, own)], cursor: i + 1 };
      }
    }
    const result = await runStage<number>({
      trainer: trainer!,
      batches: batches(),
      fromStep: 0,
      totalSteps: 6,
      checkpointEvery: 2,
      onStep: ({ loss }) => void plain.push(loss),
      onCheckpoint: ({ step }) => void saved.push(step),
    });
    expect(result).toMatchObject({
      reason: 'rollback',
      cursor: 4,
      bad: { action: 'rollback', notFinite: true },
    });
    expect(saved).toEqual([2]);
    // Statistics change nothing.
    expect(plain.slice(0, 2)).toEqual(watched);
    await expect(step([trainer!], 4)).rejects.toMatchObject({ code: 'TRAINER_FAILED' });
    trainer!.dispose();
  });

  it('weights that are not finite are never saved', async () => {
    const [trainer] = await makeGang({
      peers: solo,
      settings: { learningRate: 1e39, schedule: 'constant', ...settings({}) },
    });
    await expect(trainer!.weightsError()).resolves.toBeUndefined();
    await step([trainer!], 0);
    const error = await trainer!.weightsError();
    expect(error).toMatchObject({ code: 'WEIGHTS_NOT_FINITE' });
    expect(error!.message).toMatch(/the weights of [a-z_.0-9]+ are not finite/);
    trainer!.dispose();
  });

  /** The promises of all ranks, unawaited. */
  async function bothStep(gang: readonly StageTrainer[], number: number, bad: { at: number; pixel: number }) {
    const all = samples[number]!;
    const batches = gang.map((_, rank) => {
      const own = all.slice((rank * all.length) / gang.length, ((rank + 1) * all.length) / gang.length);
      return ovis10.batch(golden, bad.at === rank ? spoil(own, bad.pixel) : own);
    });
    const running = gang.map((trainer, rank) => trainer.step([batches[rank]!]));
    await Promise.allSettled(running);
    tf.dispose(batches as unknown as tf.TensorContainer);
    return running;
  }
});
