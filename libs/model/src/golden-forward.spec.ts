import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../test/engine.ts';
import { absoluteError, GoldenCase, relativeError, rowsOf } from '../test/golden.ts';
import type { HostTensor } from '../test/safetensors.ts';
import { tf } from '@ovis/tensorflow';
import { ovisLoss } from './loss.ts';

beforeAll(startEngine);

/** The forward pass against the official implementation, every intermediate (fixtures/README.md, "Tolerances"). */
describe.each(['ovis10_clip_qwen2', 'ovis10_clip_llama3'])('%s forward', (name) => {
  const golden = new GoldenCase(name);
  const expected = golden.tensors('forward.safetensors');
  const taps: Record<string, Float32Array> = {};
  let loss = NaN;

  beforeAll(() => {
    const params = golden.params();
    const { lossRows: _rows, lossLabels: _labels, ...batch } = golden.batch();
    tf.tidy(() => {
      const sum = ovisLoss(golden.config, params, batch, {
        tap: (key, value) => (taps[key] = value.dataSync().slice() as Float32Array),
      });
      loss = (sum.lossSum.dataSync()[0] as number) / (sum.tokens.dataSync()[0] as number);
    });
    tf.dispose([params, batch]);
  });

  const wanted = Object.keys(expected).filter((key) =>
    /^out\.(vit|visual\.(features|logits|embeds)|merged\.inputs_embeds)/.test(key),
  );
  it.each(wanted)('%s', (key) => {
    const actual = taps[key.slice('out.'.length)] as Float32Array;
    expect(relativeError(actual, (expected[key] as HostTensor).data)).toBeLessThan(1e-4);
  });

  it('probabilistic tokens, with the reserved columns at zero', () => {
    const [, rows, columns] = (expected['out.visual.tokens'] as HostTensor).shape as [number, number, number];
    const official = rowsOf({ ...(expected['out.visual.tokens'] as HostTensor), shape: [rows, columns] });
    const patches = official.slice(1, -1);
    const words = columns - 2;
    const actual = (taps['visual.tokens'] as Float32Array).slice(0, patches.length * words);
    expect(
      absoluteError(
        actual,
        patches.flatMap((row) => row.slice(0, words)),
      ),
    ).toBeLessThan(1e-5);
    expect(patches.every((row) => row[words] === 0 && row[words + 1] === 0)).toBe(true);
    expect([official[0]?.indexOf(1), official.at(-1)?.indexOf(1)]).toEqual([columns - 2, columns - 1]);
  });

  const layers = Array.from({ length: golden.config.llm.layers + 1 }, (_, i) => i);
  it.each(layers)('llm.hidden_states.%i at attended positions', (i) => {
    const mask = [...(expected['out.merged.attention_mask'] as HostTensor).data];
    const width = golden.config.llm.hiddenSize;
    const all = taps[`llm.hidden_states.${i}`] as Float32Array;
    const attended = mask.flatMap((m, row) => (m ? [...all.subarray(row * width, (row + 1) * width)] : []));
    expect(relativeError(attended, (expected[`out.llm.hidden_states.${i}`] as HostTensor).data)).toBeLessThan(
      1e-4,
    );
  });

  it('logits at the stored positions', () => {
    const length = (expected['out.merged.labels'] as HostTensor).shape[1] as number;
    const vocab = golden.config.llm.vocabSize;
    const all = taps['llm.logits'] as Float32Array;
    const actual = rowsOf(expected['out.llm.logits.rows'] as HostTensor).flatMap(([sample, at]) => {
      const row = (sample as number) * length + (at as number);
      return [...all.subarray(row * vocab, (row + 1) * vocab)];
    });
    expect(relativeError(actual, (expected['out.llm.logits'] as HostTensor).data)).toBeLessThan(1e-4);
  });

  it('loss', () => {
    expect(Math.abs(loss / golden.info.loss - 1)).toBeLessThan(1e-5);
  });
});
