import { ovisLoss } from '@ovis/model';
import { initEngine, tf } from '@ovis/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { disposeMicroBatch, StageTrainer } from '../src/index.ts';
import type { HostTensors, StepResult } from '../src/index.ts';
import { stageSettings, toParams } from './golden.ts';
import type { GoldenCase } from './golden.ts';

/** Describes a case's three stages: three optimizer steps each of the official training code, with the README's tolerances. */
export function describeOfficialStages(golden: GoldenCase): void {
  describe.each([1, 2, 3])('the official stage %i', (stage) => {
    const expected = golden.stage(stage);
    const { initial, final } = golden.weights(stage);
    const steps: StepResult[] = [];
    const microLosses: number[] = [];
    let params: HostTensors = {};
    let trained: readonly string[] = [];

    beforeAll(async () => {
      await initEngine();
      const trainer = await StageTrainer.create({
        config: golden.config,
        params: toParams(initial),
        // The initial weights hold the official re-initialisation already.
        settings: { ...stageSettings(expected), reinitLayersFrom: undefined },
      });
      trained = trainer.trained;
      for (const group of expected.micro_batches) {
        const batches = group.map((batch) => golden.batch(expected, golden.samples(batch)));
        for (const batch of batches) {
          const loss = tf.tidy(() => {
            const { lossSum, tokens } = ovisLoss(golden.config, trainer.params, batch);
            return tf.div(lossSum, tokens).dataSync()[0]!;
          });
          microLosses.push(loss);
        }
        steps.push(await trainer.step(batches));
        batches.forEach(disposeMicroBatch);
      }
      params = (await trainer.snapshot()).params;
      trainer.dispose();
    });

    it('trains the same parameters', () => {
      expect([...trained].sort()).toEqual([...expected.trainable].sort());
    });

    it('has the loss of every micro-batch and of every step', () => {
      expect(steps).toHaveLength(expected.steps_run);
      expect(microLosses).toHaveLength(expected.micro_losses.length);
      microLosses.forEach((loss, i) => {
        expect(Math.abs(loss / expected.micro_losses[i]! - 1)).toBeLessThan(1e-5);
      });
      const perStep = microLosses.length / steps.length;
      steps.forEach(({ loss }, i) => {
        const micro = expected.micro_losses.slice(perStep * i, perStep * (i + 1));
        const mean = micro.reduce((sum, x) => sum + x, 0) / micro.length;
        expect(Math.abs(loss / mean - 1)).toBeLessThan(1e-5);
      });
    });

    it('has the gradient norms', () => {
      steps.forEach(({ gradNorm }, i) => {
        expect(Math.abs(gradNorm / expected.logged[i]!.grad_norm - 1)).toBeLessThan(1e-4);
      });
    });

    it('has the learning rates', () => {
      steps.forEach(({ learningRate }, i) => {
        expect(learningRate).toBeCloseTo(expected.learning_rates_used[i]!, 15);
      });
    });

    it('ends with the same weights', () => {
      expectWeights(params, final, expected.max_abs_change, golden.noisy);
    });
  });
}

/** Every tensor within the README's limits of the expected one; what did not move in the reference is bitwise the same. */
export function expectWeights(
  actual: HostTensors,
  final: HostTensors,
  moves: Record<string, number>,
  noisy: ReadonlySet<string>,
): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(final).sort());
  for (const [name, { data }] of Object.entries(final)) {
    if (noisy.has(name)) continue;
    const found = actual[name]!.data;
    const largestMove = moves[name] ?? 0;
    let worst = 0;
    let close = 0;
    data.forEach((value, i) => {
      const error = Math.abs(found[i]! - value);
      worst = Math.max(worst, error);
      if (error <= 0.02 * largestMove) close++;
    });
    expect(worst, name).toBeLessThan(2e-6);
    if (largestMove > 0) expect(close / data.length, name).toBeGreaterThanOrEqual(0.999);
    else expect(found, name).toEqual(data);
  }
}
