import type { MergedBatchTensors } from '@ovis/model';
import { initEngine, tf } from '@ovis/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { ovis10 } from '../test/golden.ts';
import { buildMicroBatch, buildShards, disposeMicroBatch } from './index.ts';
import type { TrainingSample } from './index.ts';

const { config } = ovis10;
/** Rows of one picture: 16 patches and two indicators. */
const ROWS = 18;
const picture = (value: number) => new Float32Array(3 * 56 * 56).fill(value);
const sample = (ids: number[], pixels: TrainingSample['pixels']): TrainingSample => ({
  inputIds: ids,
  labels: ids.map((id) => (id === -200 ? -100 : id)),
  pixels,
});

describe('buildMicroBatch', () => {
  beforeAll(async () => {
    await initEngine();
  });

  const mixed = [
    sample([5, -200, 6], picture(1)),
    sample([7, 8], []),
    sample([-200, -200], [picture(2), picture(3)]),
  ];

  it('pads to the fixed length and lays the pictures out in order', () => {
    const batch = buildMicroBatch(mixed, config, { maxLength: 64 });
    expect(batch.inputIds.shape).toEqual([3, 64]);
    expect(batch.pixelValues.shape).toEqual([3, 3, 56, 56]);
    const pixels = batch.pixelValues.arraySync();
    expect(pixels.map((image) => image[0]![0]![0])).toEqual([1, 2, 3]);
    const rows = batch.visualRow.arraySync();
    expect(rows[0]!.slice(0, 3)).toEqual([-1, 0, 1]);
    expect(rows[2]!.slice(ROWS - 1, ROWS + 1)).toEqual([2 * ROWS - 1, 2 * ROWS]);
    expect(batch.attentionMask.arraySync().map((mask) => mask.reduce((a, b) => a + b))).toEqual([
      ROWS + 2,
      2,
      2 * ROWS,
    ]);
    disposeMicroBatch(batch);
  });

  it('has the same shapes whether or not samples have pictures', () => {
    const shapes = (samples: TrainingSample[]) => {
      const batch = buildMicroBatch(samples, config, { maxLength: 64 });
      const found = Object.values(batch).map((tensor) => tensor.shape);
      disposeMicroBatch(batch);
      return found;
    };
    expect(shapes(mixed)).toEqual(shapes(mixed.map(() => sample([1, 2], []))));
  });

  it('rounds the length up, cuts at the longest one allowed', () => {
    const length = (maxLength: number) => {
      const batch = buildMicroBatch([mixed[0]!], config, { maxLength, lengthMultiple: 16 });
      const found = batch.inputIds.shape[1];
      disposeMicroBatch(batch);
      return found;
    };
    expect(length(64)).toBe(32);
    expect(length(19)).toBe(19);
  });

  it('deals samples out to shards of the same shape, with all their pictures and labels', () => {
    const whole = buildMicroBatch(mixed, config, { maxLength: 64 });
    const shards = buildShards(mixed, config, { maxLength: 64 }, 2);
    expect(shards.map(({ inputIds }) => inputIds.shape)).toEqual([[2, 64], [1, 64]]); // prettier-ignore
    expect(shards.map(({ lossRows }) => lossRows.shape)).toEqual([[32], [32]]);
    expect(shards.map(({ pixelValues }) => pixelValues.shape[0])).toEqual([3, 3]);
    const first = (batch: MergedBatchTensors) => batch.pixelValues.arraySync().map((i) => i[0]![0]![0]);
    expect(shards.map(first)).toEqual([[1, 2, 3], [0, 0, 0]]); // prettier-ignore
    const labels = (batches: MergedBatchTensors[]) =>
      batches.flatMap(({ lossLabels }) => [...lossLabels.dataSync()].filter((label) => label >= 0)).sort();
    expect(labels(shards)).toEqual(labels([whole]));
    expect(labels(shards).length).toBeGreaterThan(0);
    expect(buildShards(mixed.slice(0, 1), config, { maxLength: 64 }, 4)).toHaveLength(1);
    [whole, ...shards].forEach(disposeMicroBatch);
  });

  it('leaves no tensors behind', () => {
    const before = tf.memory().numTensors;
    disposeMicroBatch(buildMicroBatch(mixed, config, { maxLength: 64 }));
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([
    ['no samples', []],
    ['2 places for them', [sample([-200, -200], picture(1))]],
    ['the model takes 9408', [sample([-200], new Float32Array(4))]],
  ])('refuses a batch: %s', (message, samples) => {
    expect(() => buildMicroBatch(samples, config, { maxLength: 64 })).toThrow(
      expect.objectContaining({ code: 'BAD_BATCH', message: expect.stringContaining(message) }),
    );
  });
});
