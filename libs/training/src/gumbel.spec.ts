import type { OvisConfig, TokenizeFunction } from '@ovis/model';
import { initEngine, tf } from '@ovis/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { fixture } from '../test/fixtures.ts';
import { ovis10, stageSettings, toParams } from '../test/golden.ts';
import { memoryCollectives } from '../test/memory-collective.ts';
import { gumbelOptions, gumbelStep } from './gumbel.ts';
import { buildShards, disposeMicroBatch, StageTrainer } from './index.ts';
import type { BuiltBatch, Snapshot, StageSettings, StepResult, TrainingSample } from './index.ts';

const golden = ovis10.stage(2);
const { initial } = ovis10.weights(2);
const samples = golden.micro_batches[0]!.flatMap((batch) => ovis10.samples(batch)).map((sample, order) => ({
  ...sample,
  order,
}));
const settings: StageSettings = {
  ...stageSettings(golden),
  lossNormalization: 'tokens',
  accumulation: 1,
  learningRate: 1e-3,
  warmupRatio: 0,
};
const configOf = (tokenizeFunction: TokenizeFunction): OvisConfig => ({
  ...ovis10.config,
  visual: { ...ovis10.config.visual, tokenizeFunction },
});
const gumbel = configOf('gumbel_argmax');

const create = (config: OvisConfig, options: Partial<Parameters<typeof StageTrainer.create>[0]> = {}) =>
  StageTrainer.create({ config, params: toParams(initial), settings, ...options });
const build = (config: OvisConfig, part: readonly TrainingSample[], shards = 1) =>
  buildShards(part, config, { maxLength: Number(golden.arguments['multimodal_max_length']) }, shards);

/** Steps on the same samples. */
async function train(
  trainer: StageTrainer,
  steps: number,
  parts: BuiltBatch[][] = [build(gumbel, samples)],
): Promise<StepResult[]> {
  const results = [];
  for (let i = 0; i < steps; i++) results.push(await trainer.step(parts));
  parts.forEach(disposeMicroBatch);
  return results;
}

const numbers = (results: StepResult[]) => results.map(({ loss, gradNorm }) => [loss, gradNorm]);

beforeAll(async () => {
  await initEngine();
});

describe.each(['st_argmax', 'gumbel_argmax'] as const)('training with %s', (tokenizeFunction) => {
  const config = configOf(tokenizeFunction);

  it('lowers the loss, though words change by leaps, and moves head and table', async () => {
    const trainer = await create(config, { settings: { ...settings, trainModules: ['all'] } });
    const losses = (await train(trainer, 12, [build(config, samples)])).map(({ loss }) => loss);
    const { params } = await trainer.snapshot();
    trainer.dispose();
    const mean = (part: number[]) => part.reduce((sum, loss) => sum + loss, 0) / part.length;
    expect(mean(losses.slice(-4))).toBeLessThan(mean(losses.slice(0, 4)) - 0.1);
    for (const name of ['visual_tokenizer.head.0.weight', 'vte.weight']) {
      const moved = params[name]!.data.some((w, i) => Math.abs(w - initial[name]!.data[i]!) > 1e-4);
      expect(moved, name).toBe(true);
    }
  });

  it('resumes bitwise', async () => {
    const whole = await create(config);
    const all = await train(whole, 4, [build(config, samples)]);
    const end = await whole.snapshot();
    whole.dispose();
    const first = await create(config);
    const before = await train(first, 2, [build(config, samples)]);
    const saved = await first.snapshot();
    first.dispose();
    const state = JSON.parse(JSON.stringify(saved.state)) as Snapshot['state'];
    const second = await create(config, {
      params: toParams(saved.params),
      optimizer: saved.optimizer,
      state,
    });
    const after = await train(second, 2, [build(config, samples)]);
    expect(numbers([...before, ...after])).toEqual(numbers(all));
    const resumed = await second.snapshot();
    for (const name of end.state.trained) expect(resumed.params[name]!.data).toEqual(end.params[name]!.data);
    second.dispose();
  });
});

describe('gumbel_argmax', () => {
  it('draws anew at every step, the same for a seed', async () => {
    const still = { ...settings, learningRate: 0 };
    const run = async (seed: number) => {
      const trainer = await create(gumbel, { settings: { ...still, seed } });
      const results = numbers(await train(trainer, 3));
      trainer.dispose();
      return results;
    };
    const one = await run(1);
    expect(new Set(one.map(([loss]) => loss)).size).toBe(3);
    expect(await run(1)).toEqual(one);
    expect(await run(2)).not.toEqual(one);
  });

  it('draws by the place in the global batch, however that is split', async () => {
    const [a, b] = [samples.slice(0, 2), samples.slice(2)];
    const alone = await create(gumbel);
    const expected = await train(alone, 2);
    alone.dispose();
    const expectClose = (results: StepResult[]) =>
      results.forEach(({ loss, gradNorm }, i) => {
        expect(Math.abs(loss / expected[i]!.loss - 1)).toBeLessThan(2e-6);
        expect(Math.abs(gradNorm / expected[i]!.gradNorm - 1)).toBeLessThan(2e-4);
      });

    const accumulated = await create(gumbel, { settings: { ...settings, accumulation: 2 } });
    expectClose(await train(accumulated, 2, [build(gumbel, b), build(gumbel, a)]));
    accumulated.dispose();

    const sharded = await create(gumbel);
    expectClose(await train(sharded, 2, [build(gumbel, samples, 2)]));
    sharded.dispose();

    const ranks = await Promise.all(memoryCollectives(2).map((collective) => create(gumbel, { collective })));
    const both = await Promise.all([a, b].map((part, rank) => train(ranks[rank]!, 2, [build(gumbel, part)])));
    both.forEach(expectClose);
    ranks.forEach((rank) => rank.dispose());
  });

  it('has standard Gumbel noise, of its own for every picture', () => {
    const [batch] = build(gumbel, samples) as [BuiltBatch];
    const step = gumbelStep(gumbel, settings, 0)!;
    const rows = tf.tidy(() => gumbelOptions(gumbel, batch, step).gumbelNoise!.arraySync());
    tf.dispose([step.seed, step.tau]);
    expect(rows).toHaveLength(16 * batch.pixelValues.shape[0]);
    expect(new Set(rows.map((row) => row[0])).size).toBe(rows.length);
    const all = rows.flat();
    const mean = all.reduce((x, y) => x + y) / all.length;
    const variance = all.reduce((x, y) => x + (y - mean) ** 2, 0) / all.length;
    expect(Math.abs(mean - 0.5772)).toBeLessThan(0.02);
    expect(Math.abs(variance - Math.PI ** 2 / 6)).toBeLessThan(0.05);
    disposeMicroBatch(batch);
  });

  const { tau } = fixture<{ tau: { step: number; max_step: number; tau: number }[] }>('schedule.json');
  it.each(tau)('anneals tau: step $step of $max_step', ({ step, max_step, tau: expected }) => {
    const found = gumbelStep(gumbel, { ...settings, totalSteps: max_step }, step)!;
    expect(found.tau.dataSync()[0]).toBeCloseTo(expected, 5);
    tf.dispose([found.seed, found.tau]);
  });

  it('refuses a batch that was made for another tokenize function, and a resume with another tau', async () => {
    const trainer = await create(gumbel);
    const [batch] = build(ovis10.config, samples) as [BuiltBatch];
    await expect(trainer.step([batch])).rejects.toMatchObject({ code: 'BAD_BATCH' });
    disposeMicroBatch(batch);
    const { state } = await trainer.snapshot();
    trainer.dispose();
    const other = { ...settings, tau: { max: 2, min: 0.1 } };
    await expect(create(gumbel, { settings: other, state })).rejects.toMatchObject({
      code: 'STATE_MISMATCH',
      message: expect.stringContaining('tau'),
    });
  });
});
