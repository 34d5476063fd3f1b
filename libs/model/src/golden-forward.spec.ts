import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../test/engine.ts';
import { absoluteError, GOLDEN_CASES, GoldenCase, relativeError, rowsOf } from '../test/golden.ts';
import type { HostTensor } from '../test/safetensors.ts';
import { tf } from '@ovis/tensorflow';
import { ovisLoss } from './loss.ts';

beforeAll(startEngine);

/** The forward pass against the official implementation, every intermediate (fixtures/README.md, "Tolerances"). */
describe.each(GOLDEN_CASES)('%s forward', (name) => {
  const golden = new GoldenCase(name);
  const expected = golden.tensors('forward.safetensors');
  const taps: Record<string, Float32Array> = {};
  const stored = (...keys: string[]) => keys.map((key) => expected[key]).find(Boolean) as HostTensor;
  const mask = [...stored('out.merged.attention_mask', 'in.attention_mask').data];
  const length = stored('out.merged.labels', 'in.labels').shape[1] as number;
  /** Rows of `[batch * length, D]` that count. */
  const attended = (all: HostTensor['data']) => {
    const width = golden.config.llm.hiddenSize;
    return mask.flatMap((m, row) => (m ? [...all.subarray(row * width, (row + 1) * width)] : []));
  };
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
    const actual = taps[tapOf(key)] as Float32Array;
    const stored = (expected[key] as HostTensor).data;
    // Transformers' own class keeps the embedding of the padding id, which no position attends to.
    const native = golden.config.generation === 'native' && key === 'out.merged.inputs_embeds';
    const [mine, theirs] = native ? [attended(actual), attended(stored)] : [actual, stored];
    expect(relativeError(mine, theirs)).toBeLessThan(1e-4);
  });

  it('probabilistic tokens, with the reserved columns at zero', () => {
    const { indicators, vocabSize, reserved } = golden.config.visual;
    const stored = expected['out.visual.tokens'] as HostTensor;
    const [, rows, columns] = stored.shape as [number, number, number];
    const official = rowsOf({ ...stored, shape: [rows, columns] });
    const wrapped = indicators === 'wrapped';
    const patches = wrapped ? official.slice(1, -1) : official;
    const words = vocabSize - reserved;
    const actual = (taps['visual.tokens'] as Float32Array).slice(0, patches.length * words);
    const learned = patches.flatMap((row) => row.slice(0, words));
    expect(absoluteError(actual, learned)).toBeLessThan(1e-5);
    expect(patches.every((row) => row.slice(words).every((x) => x === 0))).toBe(true);
    if (wrapped)
      expect([official[0]?.indexOf(1), official.at(-1)?.indexOf(1)]).toEqual([columns - 2, columns - 1]);
  });

  const layers = Array.from({ length: golden.config.llm.layers + 1 }, (_, i) => i);
  it.each(layers)('llm.hidden_states.%i at attended positions', (i) => {
    const all = taps[`llm.hidden_states.${i}`] as Float32Array;
    const stored = (expected[`out.llm.hidden_states.${i}`] as HostTensor).data;
    expect(relativeError(attended(all), stored)).toBeLessThan(1e-4);
  });

  it('logits at the stored positions', () => {
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

/** Where the model taps what the golden data stores under `key`: transformers names the native tower's blocks otherwise. */
function tapOf(key: string): string {
  return key.slice('out.'.length).replace('vit.layer.', 'vit.hidden_states.');
}
