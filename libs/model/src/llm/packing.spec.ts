import { compile, tf } from '@ovis/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../test/engine.ts';
import { relativeError } from '../../test/golden.ts';
import { parseDecoderConfig, type DecoderConfig } from '../config/index.ts';
import { drawTensor } from '../init.ts';
import { languageModelLoss } from '../loss.ts';
import { planLossRows } from '../merge.ts';
import type { Params } from '../params.ts';
import { decoderParameterShapes } from './parameters.ts';

beforeAll(startEngine);

const sizes = {
  vocab_size: 40,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
};
const CONFIGS: Record<string, object> = {
  qwen2: { ...sizes, model_type: 'qwen2', rope_theta: 1e4 },
  'llama with scaled positions': {
    ...sizes,
    model_type: 'llama',
    tie_word_embeddings: true,
    rope_scaling: {
      rope_type: 'llama3',
      factor: 4,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 32,
    },
  },
  'gemma2 with a window': {
    ...sizes,
    model_type: 'gemma2',
    head_dim: 8,
    query_pre_attn_scalar: 6,
    attn_logit_softcapping: 5,
    final_logit_softcapping: 4,
    sliding_window: 3,
  },
};

/** Samples of text; the second one's first token has a label, which nothing predicts. */
const SAMPLES = [
  { ids: [3, 9, 27, 1, 3, 9, 12], labels: [-100, -100, 27, 1, 3, 9, 12] },
  { ids: [5, 6, 7], labels: [5, 6, 7] },
  { ids: [8, 39, 38, 37, 1], labels: [-100, 39, 38, -100, 1] },
];

type Batch = Parameters<typeof languageModelLoss>[2];

describe.each(Object.keys(CONFIGS))('%s', (family) => {
  const config = parseDecoderConfig(CONFIGS[family]);
  let params: Params;
  beforeAll(() => {
    params = randomParams(config);
  });

  it.each([
    { what: 'all positions', rows: false },
    { what: 'label positions only', rows: true },
    { what: 'blocks computed again', rows: true, recompute: true },
  ])('packed samples have the loss and the gradients of samples in rows of their own: $what', async (o) => {
    const apart = await lossAndGradients(config, params, oneByOne(), false);
    const together = await lossAndGradients(config, params, packed(o.rows), o.recompute);
    expect(together.tokens).toBe(apart.tokens);
    expect(Math.abs(together.loss / apart.loss - 1)).toBeLessThan(1e-5);
    for (const [name, gradient] of Object.entries(apart.gradients)) {
      expect([name, relativeError(together.gradients[name]!, gradient)]).toEqual([
        name,
        expect.toSatisfy((error: number) => error < 1e-4),
      ]);
    }
  });

  it('a row of nothing but padding is finite and changes nothing', async () => {
    const batch = packed(false);
    const width = batch.inputIds.shape[1];
    const withPadRow = Object.fromEntries(
      Object.entries(batch).map(([name, t]) => [
        name,
        tf.concat([t, tf.fill([1, width], name === 'labels' ? -100 : 0, 'int32')]),
      ]),
    ) as unknown as Batch;
    const expected = await lossAndGradients(config, params, batch, false);
    const actual = await lossAndGradients(config, params, withPadRow, false);
    expect(actual.loss).toBeCloseTo(expected.loss, 4);
    for (const [name, gradient] of Object.entries(expected.gradients)) {
      expect(relativeError(actual.gradients[name]!, gradient)).toBeLessThan(1e-4);
    }
  });
});

/** Weights large enough that attention is far from uniform and norms are not 1. */
function randomParams(config: DecoderConfig): Params {
  return Object.fromEntries(
    Object.entries(decoderParameterShapes(config)).map(([name, shape]) => [
      name,
      drawTensor({ kind: 'normal', mean: 0.1, std: 0.4 }, shape, { seed: 7, name }),
    ]),
  );
}

/** Each sample in a row of its own, padded on the right. */
function oneByOne(): Batch {
  const length = 8;
  const matrix = (rows: number[][], pad: number) =>
    tf.tensor2d(
      rows.map((row) => [...row, ...new Array<number>(length - row.length).fill(pad)]),
      [rows.length, length],
      'int32',
    );
  return {
    inputIds: matrix(
      SAMPLES.map(({ ids }) => ids),
      0,
    ),
    labels: matrix(
      SAMPLES.map(({ labels }) => labels),
      -100,
    ),
    attentionMask: matrix(
      SAMPLES.map(({ ids }) => ids.map(() => 1)),
      0,
    ),
  };
}

/** All samples in one row, in another order, with two positions of padding behind. */
function packed(withRows: boolean): Batch {
  const samples = [...SAMPLES].reverse();
  const pad = [0, 0];
  const row = (values: number[]) => tf.tensor2d([values], [1, values.length], 'int32');
  const labels = [...samples.flatMap(({ labels: [, ...rest] }) => [-100, ...rest]), -100, -100];
  const loss = planLossRows({ labels: Int32Array.from(labels), batch: 1, length: labels.length }, 16);
  return {
    inputIds: row([...samples.flatMap(({ ids }) => ids), ...pad]),
    labels: row([...samples.flatMap((s) => s.labels), -100, -100]),
    attentionMask: row([...samples.flatMap(({ ids }) => ids.map(() => 1)), ...pad]),
    segments: row([...samples.flatMap(({ ids }, i) => ids.map(() => i + 1)), ...pad]),
    positions: row([...samples.flatMap(({ ids }) => ids.map((_, at) => at)), ...pad]),
    ...(withRows && {
      lossRows: tf.tensor1d(loss.lossRows, 'int32'),
      lossLabels: tf.tensor1d(loss.lossLabels, 'int32'),
    }),
  };
}

async function lossAndGradients(config: DecoderConfig, params: Params, batch: Batch, recompute?: boolean) {
  const names = Object.keys(params);
  const step = compile((p: Params, b: Batch) => {
    let tokens = tf.scalar(0);
    const { value, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
      const given = Object.fromEntries(names.map((name, i) => [name, tensors[i]!]));
      const sum = languageModelLoss(config, given, b, { recompute });
      tokens = tf.keep(sum.tokens);
      return sum.lossSum;
    })(names.map((name) => p[name]!));
    return { value, tokens, grads };
  });
  const { value, tokens, grads } = await step(params, batch);
  const gradients: Record<string, Float32Array> = {};
  for (const [i, name] of names.entries()) gradients[name] = (await grads[i]!.data()) as Float32Array;
  return { loss: (await value.data())[0]!, tokens: (await tokens.data())[0]!, gradients };
}
