import { initEngine } from '@ovis/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  config,
  goldenBatch,
  goldenSamples,
  goldenStage,
  noisy,
  stageSettings,
  stageWeights,
  toParams,
} from '../test/golden.ts';
import { disposeMicroBatch, StageTrainer } from './index.ts';
import type { HostTensors, StepResult } from './index.ts';

/** Three optimizer steps of the official training code per stage: libs/training/fixtures. */
describe.each([1, 2, 3])('the official stage %i', (stage) => {
  const golden = goldenStage(stage);
  const { initial, final } = stageWeights(stage);
  const settings = stageSettings(golden);
  const steps: StepResult[] = [];
  let params: HostTensors = {};
  let trained: readonly string[] = [];

  beforeAll(async () => {
    await initEngine();
    const trainer = await StageTrainer.create({
      config,
      params: toParams(initial),
      // The initial weights hold the official re-initialisation already.
      settings: { ...settings, reinitLayersFrom: undefined },
    });
    trained = trainer.trained;
    for (const group of golden.micro_batches) {
      const batches = group.map((batch) => goldenBatch(golden, goldenSamples(batch)));
      steps.push(await trainer.step(batches));
      batches.forEach(disposeMicroBatch);
    }
    params = (await trainer.snapshot()).params;
    trainer.dispose();
  });

  it('trains the same parameters', () => {
    expect([...trained].sort()).toEqual([...golden.trainable].sort());
  });

  it('has the losses', () => {
    expect(steps).toHaveLength(golden.steps_run);
    steps.forEach(({ loss }, i) => {
      const micro = golden.micro_losses.slice(2 * i, 2 * i + 2);
      const expected = micro.reduce((sum, x) => sum + x, 0) / micro.length;
      expect(Math.abs(loss / expected - 1)).toBeLessThan(1e-5);
    });
  });

  it('has the gradient norms', () => {
    steps.forEach(({ gradNorm }, i) => {
      expect(Math.abs(gradNorm / golden.logged[i]!.grad_norm - 1)).toBeLessThan(1e-4);
    });
  });

  it('has the learning rates', () => {
    steps.forEach(({ learningRate }, i) => {
      expect(learningRate).toBeCloseTo(golden.learning_rates_used[i]!, 15);
    });
  });

  it('ends with the same weights', () => {
    expect(Object.keys(params).sort()).toEqual(Object.keys(final).sort());
    for (const [name, { data }] of Object.entries(final)) {
      if (noisy.has(name)) continue;
      const actual = params[name]!.data;
      const largestMove = golden.max_abs_change[name] ?? 0;
      let worst = 0;
      let close = 0;
      data.forEach((expected, i) => {
        const error = Math.abs(actual[i]! - expected);
        worst = Math.max(worst, error);
        if (error <= 0.02 * largestMove) close++;
      });
      expect(worst, name).toBeLessThan(2e-6);
      if (largestMove > 0) expect(close / data.length, name).toBeGreaterThanOrEqual(0.999);
      else expect(actual, name).toEqual(data);
    }
  });
});
