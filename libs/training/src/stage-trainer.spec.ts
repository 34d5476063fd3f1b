import { deviceHasBfloat16, initEngine, memory, tf } from '@ovis/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { ovis10, stageSettings, toParams } from '../test/golden.ts';
import { memoryCollectives } from '../test/memory-collective.ts';
import { disposeMicroBatch, StageTrainer } from './index.ts';
import type { HostTensors, Snapshot, StageSettings, StepResult, TrainingSample } from './index.ts';

const { config, noisy } = ovis10;
const golden = ovis10.stage(3);
const { initial } = ovis10.weights(3);
/** Four samples per step, six steps: the golden ones twice. */
const samples = [...golden.micro_batches, ...golden.micro_batches].map((group) =>
  group.flatMap((batch) => ovis10.samples(batch)),
);
const settings: StageSettings = {
  ...stageSettings(golden),
  lossNormalization: 'tokens',
  accumulation: 1,
  learningRate: 1e-3,
  warmupRatio: 0.1,
};
const create = (options: Partial<Parameters<typeof StageTrainer.create>[0]> = {}) =>
  StageTrainer.create({ config, params: toParams(initial), settings, ...options });

async function train(
  trainer: StageTrainer,
  steps: number[],
  split: (samples: TrainingSample[]) => TrainingSample[][] = (all) => [all],
): Promise<StepResult[]> {
  const results = [];
  for (const step of steps) {
    const batches = split(samples[step]!).map((part) => ovis10.batch(golden, part));
    results.push(await trainer.step(batches));
    batches.forEach(disposeMicroBatch);
  }
  return results;
}

/** Every weight within rounding of the other run's; a few entries with gradients near 0 may differ as Adam amplifies them. */
function expectClose(a: Snapshot, b: Snapshot): void {
  let total = 0;
  let far = 0;
  for (const name of a.state.trained) {
    if (noisy.has(name)) continue;
    const start = initial[name]!.data;
    const [x, y] = [a.params[name]!.data, b.params[name]!.data];
    const largestMove = x.reduce((most, value, i) => Math.max(most, Math.abs(value - start[i]!)), 0);
    x.forEach((value, i) => {
      total++;
      if (Math.abs(value - y[i]!) > 0.02 * largestMove + 1e-7) far++;
    });
  }
  expect(total).toBeGreaterThan(100_000);
  expect(far / total).toBeLessThan(1e-3);
}

function expectCloseLosses(a: StepResult[], b: StepResult[]): void {
  expect(a).toHaveLength(b.length);
  a.forEach(({ loss, gradNorm, tokens }, i) => {
    expect(Math.abs(loss / b[i]!.loss - 1)).toBeLessThan(2e-6);
    expect(Math.abs(gradNorm / b[i]!.gradNorm - 1)).toBeLessThan(2e-4);
    expect(tokens).toBe(b[i]!.tokens);
  });
}

/** Bit for bit the same tensors; far quicker than toEqual on arrays of this size. */
function expectSameBits(a: HostTensors, b: HostTensors): void {
  expect(Object.keys(a)).toEqual(Object.keys(b));
  const bytes = ({ data }: HostTensors[string]) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  for (const name of Object.keys(a)) expect(bytes(a[name]!).equals(bytes(b[name]!)), name).toBe(true);
}

const six = [0, 1, 2, 3, 4, 5];
const halves = (all: TrainingSample[]) => [all.slice(0, 2), all.slice(2)];
let alone: { results: StepResult[]; snapshot: Snapshot };

beforeAll(async () => {
  await initEngine();
  const trainer = await create();
  alone = { results: await train(trainer, six), snapshot: await trainer.snapshot() };
  trainer.dispose();
});

describe('StageTrainer', () => {
  it('learns', () => {
    const [first, , , fourth] = alone.results;
    expect(fourth!.loss).toBeLessThan(first!.loss - 0.05);
    expect(first!.learningRate).toBe(0);
  });

  it('gives two ranks with half the batch the losses and weights of one with all of it', async () => {
    const ranks = await Promise.all(memoryCollectives(2).map((collective) => create({ collective })));
    const results = await Promise.all(ranks.map((rank, r) => train(rank, six, (all) => [halves(all)[r]!])));
    const [a, b] = await Promise.all(ranks.map((rank) => rank.snapshot()));
    expect(results[0]!.map(({ loss }) => loss)).toEqual(results[1]!.map(({ loss }) => loss));
    expectSameBits(a!.params, b!.params);
    expectSameBits(a!.optimizer, b!.optimizer);
    expectCloseLosses(results[0]!, alone.results);
    expectClose(a!, alone.snapshot);
    ranks.forEach((rank) => rank.dispose());
  });

  it('gives accumulated micro-batches the same losses and weights', async () => {
    const trainer = await create({ settings: { ...settings, accumulation: 2 } });
    expectCloseLosses(await train(trainer, six, halves), alone.results);
    expectClose(await trainer.snapshot(), alone.snapshot);
    trainer.dispose();
  });

  it.each(['tokens', 'microbatch'] as const)(
    'gives shards of a micro-batch the same losses and weights (%s)',
    async (lossNormalization) => {
      const options = { settings: { ...settings, lossNormalization } };
      const whole = await create(options);
      const results = await train(whole, six);
      const trainer = await create(options);
      const sharded = [];
      for (const step of six) {
        const shards = halves(samples[step]!).map((part) => ovis10.batch(golden, part));
        sharded.push(await trainer.step([shards]));
        disposeMicroBatch(shards);
      }
      expectCloseLosses(sharded, results);
      expectClose(await trainer.snapshot(), await whole.snapshot());
      whole.dispose();
      trainer.dispose();
    },
  );

  it('trains in bf16 where the device has it, near the losses of fp32', async () => {
    const trainer = await create({ settings: { ...settings, precision: 'bf16' } });
    const results = await train(trainer, six);
    trainer.dispose();
    const differences = results.map(({ loss }, i) => Math.abs(loss / alone.results[i]!.loss - 1));
    for (const difference of differences) expect(difference).toBeLessThan(5e-3);
    expect(differences.some((difference) => difference > 1e-6)).toBe(deviceHasBfloat16());
  });

  it('resumes bitwise from a snapshot', async () => {
    const first = await create();
    const before = await train(first, [0, 1, 2]);
    const saved = await first.snapshot();
    // As a checkpoint would carry it.
    const state = JSON.parse(JSON.stringify(saved.state)) as Snapshot['state'];
    await train(first, [3]);
    first.dispose();
    const second = await create({
      params: toParams(saved.params),
      optimizer: saved.optimizer,
      state,
    });
    expect(second.stepsDone).toBe(3);
    const after = await train(second, [3, 4, 5]);
    const both = [...before, ...after].map(({ loss, gradNorm }) => [loss, gradNorm]);
    expect(both).toEqual(alone.results.map(({ loss, gradNorm }) => [loss, gradNorm]));
    const end = await second.snapshot();
    expectSameBits(end.params, alone.snapshot.params);
    expectSameBits(end.optimizer, alone.snapshot.optimizer);
    second.dispose();
  });

  it('tells every rank that one of them wants to stop', async () => {
    const ranks = await Promise.all(memoryCollectives(2).map((collective) => create({ collective })));
    const batch = ovis10.batch(golden, samples[0]!);
    const run = (stop: boolean[]) =>
      Promise.all(ranks.map((rank, r) => rank.step([batch], { requestStop: stop[r] })));
    expect((await run([false, false])).map((r) => r.stopRequested)).toEqual([false, false]);
    expect((await run([false, true])).map((r) => r.stopRequested)).toEqual([true, true]);
    disposeMicroBatch(batch);
    ranks.forEach((rank) => rank.dispose());
  });

  it('can repeat a step whose averaging failed', async () => {
    const [collective] = memoryCollectives(1);
    const broken = { ...collective!, world: 2, allReduce: () => Promise.reject(new Error('lost')) };
    const trainer = await create({ collective: broken });
    await expect(train(trainer, [0])).rejects.toThrow('lost');
    expect(trainer.stepsDone).toBe(0);
    trainer.collective = collective!;
    const results = await train(trainer, [0, 1]);
    expect(results.map(({ loss }) => loss)).toEqual(alone.results.slice(0, 2).map(({ loss }) => loss));
    trainer.dispose();
  });

  it('traces each function once', async () => {
    const trainer = await create({ settings: { ...settings, accumulation: 2 } });
    await train(trainer, [0, 1], halves);
    expect(trainer.stats().gradient).toMatchObject({ traces: 1, calls: 4 });
    expect(trainer.stats().update).toMatchObject({ traces: 1, calls: 2 });
    expect(trainer.stats().step).toMatchObject({ traces: 0, calls: 0 });
    trainer.dispose();
  });

  it('does a whole step in one call when it trains alone on one micro-batch', async () => {
    const trainer = await create();
    await train(trainer, [0, 1]);
    expect(trainer.stats().step).toMatchObject({ traces: 1, calls: 2 });
    expect(trainer.stats().gradient).toMatchObject({ calls: 0 });
    trainer.dispose();
  });

  it('holds weights and moments once', async () => {
    const params = toParams(initial);
    const before = memory();
    const trainer = await create({ params });
    for (const name of trainer.trained) params[name]!.dispose();
    await train(trainer, [0, 1]);
    const { variables, tensors } = memory();
    const once = trainer.trainedSize * 4;
    const held = variables.bytes - before.variables.bytes;
    expect(held).toBeGreaterThanOrEqual(3 * once);
    // Slices start at multiples of 64 bytes.
    expect(held).toBeLessThan(3 * 1.05 * once);
    expect(tensors.bytes - before.tensors.bytes).toBeLessThan(0.05 * once);
    trainer.dispose();
    expect(memory().variables.bytes).toBe(before.variables.bytes);
  });

  it('gives snapshots and params that later steps do not change', async () => {
    const trainer = await create({ settings: { ...settings, warmupRatio: 0 } });
    await train(trainer, [0]);
    const name = 'vte.weight';
    const { params, optimizer } = await trainer.snapshot();
    const tensor = trainer.params[name]!;
    const saved = Object.fromEntries(Object.entries(optimizer).map(([key, { data }]) => [key, data.slice()]));
    const weights = params[name]!.data.slice();
    expect(tensor.dataSync()).toEqual(weights);
    await train(trainer, [1]);
    expect(params[name]!.data).toEqual(weights);
    expect(tensor.dataSync()).toEqual(weights);
    for (const [key, data] of Object.entries(saved)) expect(optimizer[key]!.data).toEqual(data);
    expect(trainer.params[name]!.dataSync()).not.toEqual(weights);
    trainer.dispose();
  });

  it('keeps no tensors beyond its own', async () => {
    const trainer = await create();
    await train(trainer, [0]);
    const before = tf.memory().numTensors;
    await train(trainer, [1, 2]);
    expect(tf.memory().numTensors).toBe(before);
    trainer.dispose();
  });

  it('says where the loss stopped being finite and refuses to go on', async () => {
    const trainer = await create({ settings: { ...settings, warmupRatio: 0, weightDecay: 0.1 } });
    const broken = samples[0]!.map((sample) => ({
      ...sample,
      pixels: [sample.pixels].flat().map((picture) => picture.map(() => NaN)),
    }));
    const batch = ovis10.batch(golden, broken);
    await expect(trainer.step([batch])).rejects.toMatchObject({
      code: 'LOSS_NOT_FINITE',
      message: expect.stringMatching(/Stage 3, step 1 of 12.*NaN.*learning rate/),
      hint: expect.stringContaining('learningRate'),
    });
    // Nothing has changed, weight decay included.
    const unchanged = trainer.trained.every((name) =>
      Buffer.from(trainer.params[name]!.dataSync().buffer).equals(
        Buffer.from(initial[name]!.data.slice().buffer),
      ),
    );
    expect(unchanged).toBe(true);
    await expect(trainer.snapshot()).rejects.toMatchObject({ code: 'TRAINER_FAILED' });
    await expect(trainer.step([batch])).rejects.toMatchObject({ code: 'TRAINER_FAILED' });
    trainer.dispose();
  });

  it('does not decay what the loss does not reach', async () => {
    const trainer = await create({
      settings: { ...settings, weightDecay: 0.5, warmupRatio: 0, learningRate: 0.01 },
    });
    await train(trainer, [0]);
    const { params } = await trainer.snapshot();
    const unused = 'visual_tokenizer.backbone.vision_model.post_layernorm.weight';
    expect(trainer.trained).toContain(unused);
    expect(params[unused]!.data).toEqual(initial[unused]!.data);
    trainer.dispose();
  });

  it('re-initialises the ViT blocks of stage 1, and not when it resumes', async () => {
    const stageOne: StageSettings = {
      ...settings,
      stage: 1,
      trainModules: ['visual_tokenizer.re_init_layers', 'vte'],
      reinitLayersFrom: -1,
    };
    const name = (layer: number) =>
      `visual_tokenizer.backbone.vision_model.encoder.layers.${layer}.mlp.fc1.weight`;
    const fresh = await create({ settings: stageOne });
    const { params, optimizer, state } = await fresh.snapshot();
    expect(params[name(2)]!.data).not.toEqual(initial[name(2)]!.data);
    expect(params[name(1)]!.data).toEqual(initial[name(1)]!.data);
    const again = await create({ settings: stageOne, state, optimizer });
    expect((await again.snapshot()).params[name(2)]!.data).toEqual(initial[name(2)]!.data);
    fresh.dispose();
    again.dispose();
  });
});

describe('StageTrainer.create and step refuse', () => {
  type Options = Partial<Parameters<typeof StageTrainer.create>[0]>;
  const cases: [string, string, () => Options][] = [
    ['BAD_SETTINGS', 'no steps', () => ({ settings: { ...settings, totalSteps: 0 } })],
    ['UNKNOWN_MODULE', 'modules', () => ({ settings: { ...settings, trainModules: ['head'] } })],
    ['STATE_MISMATCH', 'another stage', () => ({ state: stateWith({ stage: 2 }) })],
    ['STATE_MISMATCH', 'other steps', () => ({ state: stateWith({ totalSteps: 13 }) })],
    ['STATE_MISMATCH', 'a schedule', () => ({ settings: { ...settings, learningRate: 1 }, ...whole() })],
    ['STATE_MISMATCH', 'modules', () => ({ state: stateWith({ trained: ['vte.weight'] }) })],
    ['STATE_MISMATCH', 'an empty optimizer', () => ({ state: stateWith({}), optimizer: {} })],
    ['STATE_MISMATCH', 'no optimizer', () => ({ state: stateWith({}) })],
  ];
  const stateWith = (change: object) => ({ ...alone.snapshot.state, ...change });
  const whole = () => ({ state: stateWith({}), optimizer: alone.snapshot.optimizer });

  it.each(cases)('%s: %s', async (code, _, options) => {
    await expect(create(options())).rejects.toMatchObject({
      code,
      hint: expect.stringMatching(/./),
    });
    await expect(create(whole())).resolves.toBeInstanceOf(StageTrainer);
  });

  it('another number of micro-batches than the stage accumulates', async () => {
    const trainer = await create();
    await expect(trainer.step([])).rejects.toMatchObject({ code: 'BAD_BATCH' });
    trainer.dispose();
  });

  it('weights that are not those of the config', async () => {
    const { 'vte.weight': _, ...rest } = initial;
    await expect(create({ params: toParams(rest) })).rejects.toThrow('vte.weight');
  });
});
