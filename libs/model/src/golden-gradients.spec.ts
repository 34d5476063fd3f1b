import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../test/engine.ts';
import { GOLDEN_CASES, GoldenCase, relativeError } from '../test/golden.ts';
import type { HostTensor } from '../test/safetensors.ts';
import { compile, tf } from '@ovis/tensorflow';
import { ovisLoss, type MergedBatch } from './loss.ts';
import type { Params } from './params.ts';

beforeAll(startEngine);

const MODES = [
  { mode: 'eager, all positions', compiled: false, labelRows: false },
  { mode: 'compiled, all positions', compiled: true, labelRows: false },
  { mode: 'compiled, label positions only', compiled: true, labelRows: true },
  { mode: 'compiled, blocks computed again', compiled: true, labelRows: true, recompute: true },
  { mode: 'eager, blocks computed again', compiled: false, labelRows: false, recompute: true },
];

describe.each(GOLDEN_CASES)('%s gradients', (name) => {
  const golden = new GoldenCase(name);
  const expected = golden.official(golden.tensors('grads.safetensors'));
  const unused = new Set(golden.info.params_without_grad);
  const noisy = new Set(golden.info.params_with_noise_only_grad);

  describe.each(MODES)('$mode', ({ compiled, labelRows, recompute }) => {
    const actual: Record<string, Float32Array> = {};
    let loss = NaN;

    beforeAll(async () => {
      const params = golden.params();
      const names = Object.keys(params).filter((key) => !unused.has(key));
      const { lossRows, lossLabels, ...batch } = golden.batch();
      const given = labelRows ? { ...batch, lossRows, lossLabels } : batch;
      const run = (p: Params, b: MergedBatch) => lossAndGradients(golden, p, names, b, recompute);
      const step = compiled ? compile(run) : run;
      const result = await step(params, given);
      loss = (await result.loss.data())[0] as number;
      for (const key of names) actual[key] = (await result.gradients[key]?.data()) as Float32Array;
      tf.dispose([params, given, lossRows, lossLabels, result.loss, result.gradients]);
    });

    it('loss', () => expect(Math.abs(loss / golden.info.loss - 1)).toBeLessThan(1e-5));

    it.each(Object.keys(expected).filter((key) => !noisy.has(key)))('%s', (key) => {
      expect(relativeError(actual[key] as Float32Array, (expected[key] as HostTensor).data)).toBeLessThan(
        5e-4,
      );
    });
  });
});

/** Mean loss and its gradients for `names`. */
function lossAndGradients(
  golden: GoldenCase,
  params: Params,
  names: string[],
  batch: MergedBatch,
  recompute?: boolean,
) {
  const { value, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
    const given = Object.fromEntries(names.map((name, i) => [name, tensors[i] as tf.Tensor]));
    const { lossSum, tokens } = ovisLoss(golden.config, { ...params, ...given }, batch, { recompute });
    return tf.div(lossSum, tokens);
  })(names.map((name) => params[name] as tf.Tensor));
  return {
    loss: value,
    gradients: Object.fromEntries(names.map((name, i) => [name, grads[i] as tf.Tensor])),
  };
}
