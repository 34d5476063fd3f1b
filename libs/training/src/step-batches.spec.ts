import { ovisLoss, RandomStream } from '@ovis/model';
import { initEngine, tf } from '@ovis/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { ovis10, toParams } from '../test/golden.ts';
import { buildStepBatches, disposeMicroBatch } from './index.ts';
import type { BuiltBatch, StepBatchOptions, TrainingSample } from './index.ts';

const { config } = ovis10;
const options: StepBatchOptions = {
  maxLength: 128,
  lengthMultiple: 16,
  microBatches: 1,
  shards: 1,
  packing: 'rows',
  lossNormalization: 'tokens',
};

/** Text of some length, with pictures among it; all labels but those of the first third. */
function sample(seed: number, length: number, pictures: number): TrainingSample {
  const random = new RandomStream(seed, 'step-batches');
  const ids = Array.from(random.uniforms(length, 5, 250), Math.floor);
  for (let i = 0; i < pictures; i++) ids[2 * i] = -200;
  return {
    inputIds: ids,
    labels: ids.map((id, at) => (id === -200 || at < length / 3 ? -100 : id)),
    pixels: Array.from({ length: pictures }, () => random.normals(3 * 56 * 56, 0, 1)),
  };
}

/** Pictures none, one and two; one sample is learned from its first id on; the last is longer than a row. */
const samples = [
  sample(1, 30, 1),
  { ...sample(2, 9, 0), labels: Array.from({ length: 9 }, () => 77) },
  sample(3, 12, 2),
  sample(4, 50, 0),
  sample(5, 21, 1),
  sample(6, 6, 0),
  sample(7, 140, 1),
];

/** Loss sum, tokens and the gradient of every parameter, over all batches. */
function backward(batches: BuiltBatch[][]) {
  return tf.tidy(() => {
    const params = toParams(ovis10.weights(1).initial);
    const names = Object.keys(params);
    let tokens = 0;
    const { value, grads } = tf.engine().gradients<tf.Scalar>(
      () =>
        batches.flat().reduce((sum: tf.Scalar, batch) => {
          const loss = ovisLoss(config, params, batch);
          tokens += loss.tokens.dataSync()[0]!;
          return tf.add(sum, loss.lossSum);
        }, tf.scalar(0)),
      Object.values(params),
      undefined,
      true,
    );
    const found = (grads as (tf.Tensor | undefined)[]).map((grad) => grad?.dataSync() as Float32Array);
    return {
      loss: value.dataSync()[0]!,
      tokens,
      gradients: Object.fromEntries(names.map((name, i) => [name, found[i]])),
    };
  });
}

const dispose = (batches: BuiltBatch[][]) => batches.forEach(disposeMicroBatch);
const shapes = (batches: BuiltBatch[][]) =>
  batches.map((shards) => shards.map((batch) => batch.inputIds.shape));

describe('buildStepBatches', () => {
  let padded: ReturnType<typeof backward>;
  beforeAll(async () => {
    await initEngine();
    const batches = buildStepBatches(samples, config, { ...options, packing: 'none' });
    expect(shapes(batches)).toEqual([[[7, 128]]]);
    padded = backward(batches);
    dispose(batches);
  });

  it.each([
    { microBatches: 1, shards: 1, expected: [[3, 128]] },
    { microBatches: 1, shards: 2, expected: [[2, 128]] },
    {
      microBatches: 2,
      shards: 2,
      expected: [
        [1, 128],
        [2, 64],
      ],
    },
    {
      microBatches: 8,
      shards: 1,
      expected: [
        [1, 128],
        [1, 64],
        [1, 64],
        [1, 64],
        [1, 64],
        [1, 16],
        [1, 16],
        [1, 16],
      ],
    },
  ])(
    'packs into rows with the loss and gradients of padded ones: $microBatches x $shards',
    ({ microBatches, shards, expected: rows }) => {
      const batches = buildStepBatches(
        samples.concat(
          microBatches > samples.length ? [{ ...samples[5]!, labels: Array(6).fill(-100) }] : [],
        ),
        config,
        { ...options, microBatches, shards },
      );
      expect(shapes(batches)).toEqual(rows.map((shape) => Array(shards).fill(shape)));
      const packed = backward(batches);
      dispose(batches);
      expect(packed.tokens).toBe(padded.tokens);
      expect(Math.abs(packed.loss / padded.loss - 1)).toBeLessThan(1e-6);
      for (const [name, expected] of Object.entries(padded.gradients)) {
        const actual = packed.gradients[name];
        if (ovis10.noisy.has(name) || !expected) continue;
        const largest = expected.reduce((most, g) => Math.max(most, Math.abs(g)), 0);
        const worst = expected.reduce((most, g, i) => Math.max(most, Math.abs(g - actual![i]!)), 0);
        expect(worst, name).toBeLessThanOrEqual(2e-5 * largest);
      }
    },
  );

  it('numbers the samples of a row and begins their positions anew', () => {
    const [[batch]] = buildStepBatches(samples, config, options) as [[BuiltBatch]];
    const segments = batch.segments!.arraySync();
    const runs = segments.map((row) =>
      row
        .join('')
        .match(/(.)\1*/g)!
        .map((run) => [Number(run[0]), run.length]),
    );
    // First-fit decreasing, the rows with most pictures in front: 46 + 38 | 128 | 50 + 47 + 9 + 6.
    expect(runs[0]).toEqual([[1, 46], [2, 38], [0, 44]]); // prettier-ignore
    expect(runs[1]).toEqual([[1, 128]]);
    expect(runs[2]).toEqual([[1, 50], [2, 47], [3, 9], [4, 6], [0, 16]]); // prettier-ignore
    expect(batch.positions!.arraySync()[2]!.slice(48, 53)).toEqual([48, 49, 0, 1, 2]);
    disposeMicroBatch(batch);
  });

  it('takes shorter rows where the samples allow it', () => {
    const like = (length: number) => Array.from({ length: 12 }, (_, i) => sample(20 + i, length, 0));
    const shape = (length: number) => {
      const batches = buildStepBatches(like(length), config, options);
      const found = shapes(batches);
      dispose(batches);
      return found;
    };
    // Six in a row of 128 fill as much as three in one of 64, in which attention is cheaper; in one of 32 they leave room.
    expect(shape(20)).toEqual([[[4, 64]]]);
    expect(shape(25)).toEqual([[[12, 32]]]);
    expect(shape(40)).toEqual([[[4, 128]]]);
  });

  it('sorts the samples of a step into micro-batches of like length', () => {
    const batches = buildStepBatches(samples.slice(0, 6), config, {
      ...options,
      packing: 'none',
      microBatches: 3,
    });
    expect(shapes(batches)).toEqual([[[2, 16]], [[2, 48]], [[2, 64]]]);
    dispose(batches);
  });

  it('leaves samples in their micro-batch where that decides the loss', () => {
    const tokens = (packing: StepBatchOptions['packing']) => {
      const batches = buildStepBatches(samples, config, {
        ...options,
        packing,
        microBatches: 3,
        lossNormalization: 'microbatch',
      });
      const counts = batches.map(
        ([batch]) => batch!.lossLabels.dataSync().filter((label) => label >= 0).length,
      );
      dispose(batches);
      return counts;
    };
    expect(tokens('rows')).toEqual(tokens('none'));
    expect(tokens('none')).toEqual([20 + 8, 8 + 33, 14 + 4 + 64]);
  });

  it('gives the same samples the same batches, and leaves no tensors behind', () => {
    const before = tf.memory().numTensors;
    const build = () => {
      const batches = buildStepBatches(samples, config, { ...options, shards: 2 });
      const values = batches
        .flat()
        .map((batch) => [...batch.inputIds.dataSync(), ...batch.segments!.dataSync()]);
      dispose(batches);
      return values;
    };
    expect(build()).toEqual(build());
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses more micro-batches than samples', () => {
    expect(() => buildStepBatches(samples.slice(0, 1), config, { ...options, microBatches: 2 })).toThrow(
      expect.objectContaining({ code: 'BAD_BATCH', hint: expect.stringContaining('accumulation') }),
    );
  });
});
