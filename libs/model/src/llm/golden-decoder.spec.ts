import { tf } from '@ovis/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { startEngine } from '../../test/engine.ts';
import { relativeError, rowsOf, toParams, toTensor } from '../../test/golden.ts';
import { readSafetensors, type HostTensor } from '../../test/safetensors.ts';
import { parseDecoderConfig } from '../config/index.ts';
import { ParamScope } from '../params.ts';
import { decoderForward, vocabularyLogits } from './decoder.ts';
import { decoderParameterShapes } from './parameters.ts';

beforeAll(startEngine);

const CASES = [
  'ovis10_clip_qwen2',
  'ovis10_clip_llama3',
  'ovis15_siglip_gemma2',
  'ovis16_siglip_llama32',
  'ovis20_aimv2_qwen25',
  'native_ovis2',
];

/** The language models alone, from the official merged embeddings to the logits (fixtures/README.md). */
describe.each(CASES)('%s', (name) => {
  const folder = new URL(`../../fixtures/${name}/`, import.meta.url).pathname;
  const json = JSON.parse(readFileSync(`${folder}checkpoint/config.json`, 'utf8')) as {
    llm_config?: object;
    text_config?: object;
  };
  const config = parseDecoderConfig(json.llm_config ?? json.text_config);
  const weights = decoderWeights(readSafetensors(`${folder}checkpoint/model.safetensors`));
  const expected = readSafetensors(`${folder}forward.safetensors`);
  const mask = (expected['out.merged.attention_mask'] ?? expected['in.attention_mask']) as HostTensor;
  const taps: Record<string, Float32Array> = {};

  beforeAll(() => {
    const params = toParams(weights);
    const [batch, time, width] = expected['out.merged.inputs_embeds']!.shape as [number, number, number];
    tf.tidy(() => {
      const scope = new ParamScope(params, '');
      const hidden = decoderForward(config, scope, {
        embeds: tf.reshape(toTensor(expected['out.merged.inputs_embeds']!), [batch * time, width]),
        batch,
        time,
        attentionMask: toTensor(mask) as tf.Tensor2D,
        tap: (key, value) => (taps[key] = value.dataSync().slice() as Float32Array),
      });
      taps['llm.logits'] = vocabularyLogits(config, scope, hidden).dataSync().slice() as Float32Array;
    });
    tf.dispose(params);
  });

  it('parameter shapes are those of the checkpoint', () => {
    const shapes = Object.fromEntries(Object.entries(weights).map(([key, { shape }]) => [key, shape]));
    expect(decoderParameterShapes(config)).toEqual(shapes);
  });

  it.each(Array.from({ length: config.layers + 1 }, (_, i) => i))('hidden_states.%i', (i) => {
    const all = taps[`llm.hidden_states.${i}`]!;
    const attended = [...mask.data].flatMap((m, row) =>
      m ? [...all.subarray(row * config.hiddenSize, (row + 1) * config.hiddenSize)] : [],
    );
    expect(relativeError(attended, expected[`out.llm.hidden_states.${i}`]!.data)).toBeLessThan(1e-4);
  });

  it('positions that see nothing but padding stay finite', () => {
    expect(taps['llm.logits']!.every(Number.isFinite)).toBe(true);
  });

  it('logits at the stored positions', () => {
    const time = mask.shape[1]!;
    const actual = rowsOf(expected['out.llm.logits.rows']!).flatMap(([sample, at]) => {
      const row = sample! * time + at!;
      return [...taps['llm.logits']!.subarray(row * config.vocabSize, (row + 1) * config.vocabSize)];
    });
    expect(relativeError(actual, expected['out.llm.logits']!.data)).toBeLessThan(1e-4);
  });
});

/** The language model's tensors of an official or a native file, names as below `llm.`. */
function decoderWeights(file: Record<string, HostTensor>): Record<string, HostTensor> {
  const renamed = Object.entries(file).map(
    ([name, tensor]) =>
      [
        name.replace(/^model\.language_model\./, 'llm.model.').replace(/^lm_head\./, 'llm.lm_head.'),
        tensor,
      ] as const,
  );
  const own = renamed.filter(([name]) => name.startsWith('llm.'));
  return Object.fromEntries(own.map(([name, tensor]) => [name.slice('llm.'.length), tensor]));
}
