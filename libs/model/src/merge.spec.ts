import { tf } from '@ovis/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../test/engine.ts';
import { GoldenCase, relativeError } from '../test/golden.ts';
import type { HostTensor } from '../test/safetensors.ts';
import { imageTokenRows } from './config/index.ts';
import { ovisLoss, type LossSum } from './loss.ts';
import { planMerge } from './merge.ts';
import type { Params } from './params.ts';

beforeAll(startEngine);

describe.each(['ovis10_clip_qwen2', 'ovis10_clip_llama3'])('%s merged as officially', (name) => {
  const golden = new GoldenCase(name);
  const expected = golden.tensors('forward.safetensors');
  const plan = golden.plan();

  it('labels', () => {
    expect([plan.batch, plan.length]).toEqual(expected['out.merged.labels']?.shape);
    expect([...plan.labels]).toEqual([...(expected['out.merged.labels'] as HostTensor).data]);
  });

  it('attention mask', () => {
    expect([...plan.attentionMask]).toEqual([...(expected['out.merged.attention_mask'] as HostTensor).data]);
  });

  it('loss rows are the positions before the labels', () => {
    const wanted = [...plan.labels].flatMap((label, at) =>
      label !== -100 && at % plan.length > 0 ? [[at - 1, label]] : [],
    );
    const found = [...plan.lossRows].map((row, i) => [row, plan.lossLabels[i] as number]);
    expect(found.slice(0, wanted.length)).toEqual(wanted);
    expect(found.slice(wanted.length).every(([, label]) => label === -100)).toBe(true);
  });
});

describe('cut at multimodal_max_length', () => {
  const golden = new GoldenCase('ovis10_clip_qwen2');
  const expected = golden.tensors('truncated.safetensors');
  const maxLength = expected['out.merged.labels']?.shape[1] as number;
  const plan = golden.plan({ maxLength });

  it('labels and mask', () => {
    expect([...plan.labels]).toEqual([...(expected['out.merged.labels'] as HostTensor).data]);
    expect([...plan.attentionMask]).toEqual([...(expected['out.merged.attention_mask'] as HostTensor).data]);
  });

  it('embeddings and loss', () => {
    const params = golden.params();
    const batch = golden.batch(plan);
    let embeds: Float32Array | undefined;
    const loss = tf.tidy(() =>
      mean(
        ovisLoss(golden.config, params, batch, {
          tap: (key, value) => {
            if (key === 'merged.inputs_embeds') embeds = value.dataSync().slice() as Float32Array;
          },
        }),
      ),
    );
    tf.dispose([params, batch]);
    expect(
      relativeError(embeds as Float32Array, (expected['out.merged.inputs_embeds'] as HostTensor).data),
    ).toBeLessThan(1e-4);
    const official = expected['out.loss']?.data[0] as number;
    expect(Math.abs(loss / official - 1)).toBeLessThan(1e-5);
  });
});

describe('padding does not change the loss', () => {
  const golden = new GoldenCase('ovis10_clip_llama3');
  let params: Params;
  beforeAll(() => {
    params = golden.params();
  });
  const rowsPerImage = imageTokenRows(golden.config);

  it.each([
    ['no padding of texts', {}],
    ['a fixed length', { padTo: 200 }],
    ['many loss rows', { lossRowsPadTo: 300 }],
  ])('%s', (_, options) => {
    const plan = planMerge(golden.samples(), { rowsPerImage, maxLength: 512, ...options });
    const batch = golden.batch(plan);
    const loss = tf.tidy(() => mean(ovisLoss(golden.config, params, batch)));
    tf.dispose(batch);
    expect(Math.abs(loss / golden.info.loss - 1)).toBeLessThan(1e-5);
  });
});

describe('planMerge', () => {
  const options = { rowsPerImage: 3, maxLength: 100 };

  it('lays out images, text and padding', () => {
    const plan = planMerge(
      [
        { inputIds: [5, -200, 6, 7], labels: [-100, -100, 6, 7] },
        { inputIds: [8, 9], labels: [-100, 9], images: 1 },
        { inputIds: [-200], labels: [-100] },
      ],
      { ...options, padTo: 7 },
    );
    expect([...plan.inputIds]).toEqual([5, 0, 0, 0, 6, 7, 0, 8, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect([...plan.visualRow]).toEqual([
      ...[-1, 0, 1, 2, -1, -1, -2],
      ...[-1, -1, -2, -2, -2, -2, -2],
      ...[6, 7, 8, -2, -2, -2, -2], // image 1 is the dummy of the text-only sample
    ]);
    expect([...plan.lossRows.slice(0, 4)]).toEqual([3, 4, 7, 0]);
    expect([...plan.lossLabels.slice(0, 4)]).toEqual([6, 7, 9, -100]);
    expect(plan.lossRows.length).toBe(64);
  });

  it('a label at the first position of a sample is not predicted', () => {
    const plan = planMerge([{ inputIds: [1, 2], labels: [1, -100] }], options);
    expect([...plan.lossLabels].every((label) => label === -100)).toBe(true);
  });

  it('masks equal ids when texts are padded with an id', () => {
    const plan = planMerge(
      [
        { inputIds: [1, 9, 2], labels: [-100, -100, -100] },
        { inputIds: [1], labels: [-100] },
      ],
      { ...options, padTokenId: 9 },
    );
    expect([...plan.inputIds]).toEqual([1, 9, 2, 1, 9, 9]);
    expect([...plan.attentionMask]).toEqual([1, 0, 1, 1, 0, 0]);
    expect([...plan.visualRow]).toEqual([-1, -1, -1, -1, -1, -1]);
  });

  it('refuses what does not fit', () => {
    const sample = { inputIds: [1, -200, 2], labels: [-100, -100, 2] };
    expect(() => planMerge([sample], { ...options, padTo: 4 })).toThrow('a merged sample has 5 rows');
    expect(() => planMerge([sample], { ...options, lossRowsPadTo: 0 })).toThrow('1 positions have a label');
    expect(() => planMerge([{ inputIds: [1], labels: [] }], options)).toThrow('1 ids and 0 labels');
    expect(() => planMerge([{ inputIds: [-300], labels: [-100] }], options)).toThrow('has the id -300');
  });
});

function mean({ lossSum, tokens }: LossSum): number {
  return (lossSum.dataSync()[0] as number) / (tokens.dataSync()[0] as number);
}
