import { tf } from '@ovis/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../test/engine.ts';
import { GoldenCase } from '../../test/golden.ts';
import { textEmbeds, vocabularyLogits, decoderForward } from '../llm/decoder.ts';
import { LLM_PREFIX } from '../parameter-shapes.ts';
import { ParamScope, type Params } from '../params.ts';
import { generate, streamTokens } from './generate.ts';
import type { GenerateOptions } from './options.ts';

beforeAll(startEngine);

const golden = new GoldenCase('ovis10_clip_llama3');
const { config } = golden;
let params: Params;
beforeAll(() => {
  params = golden.params();
});

const PROMPTS = [
  [5, 9, 120, 33, 7],
  [44, 8],
  [5, 9, 120],
].map((inputIds) => ({ inputIds }));
const NEVER = -1;
const sampled = { maxNewTokens: 9, eosTokenId: NEVER, temperature: 1.3 };
const run = (o: Partial<GenerateOptions> = {}) => generate(config, params, PROMPTS, { ...sampled, ...o });

describe('a seed', () => {
  it('gives the same tokens whatever the batch and the slices', async () => {
    const expected = await run({ seed: 3 });
    expect(expected.map((ids) => ids.length)).toEqual([9, 9, 9]);
    expect(await run({ seed: 3 })).toEqual(expected);
    expect(await run({ seed: 3, batchSize: 1 })).toEqual(expected);
    expect(await run({ seed: 3, batchSize: 2, padTo: 48 })).toEqual(expected);
    expect(await run({ seed: 3, signal: new AbortController().signal, sliceTokens: 3 })).toEqual(expected);
    const streamed: number[][] = [[], [], []];
    for await (const { prompt, ids } of streamTokens(config, params, PROMPTS, { ...sampled, seed: 3 })) {
      streamed[prompt]!.push(...ids);
    }
    expect(streamed).toEqual(expected);
  });

  it('another one gives other tokens, and so does none', async () => {
    const expected = await run({ seed: 3 });
    expect(await run({ seed: 4 })).not.toEqual(expected);
    expect(await run()).not.toEqual(await run());
  });

  it('gives equal prompts different tokens', async () => {
    const [a, b] = await generate(config, params, [PROMPTS[0]!, PROMPTS[0]!], { ...sampled, seed: 3 });
    expect(a).not.toEqual(b);
  });
});

it('topK 1 is greedy decoding, and so is a topP of almost nothing', async () => {
  const greedy = await run({ temperature: 0 });
  expect(await run({ topK: 1, seed: 1 })).toEqual(greedy);
  expect(await run({ topP: 1e-6, seed: 1 })).toEqual(greedy);
});

it('two tokens among the two best each come as often as the model says, the second by the loop', async () => {
  const [copies, temperature] = [3000, 0.2];
  const [prompt] = PROMPTS;
  const made = await generate(config, params, new Array<typeof prompt>(copies).fill(prompt) as never, {
    maxNewTokens: 2,
    eosTokenId: NEVER,
    temperature,
    topK: 2,
    seed: 11,
    batchSize: 1000,
  });
  const expected = new Map<string, number>();
  for (const [first, p] of bestTwo(prompt!.inputIds, temperature)) {
    for (const [second, q] of bestTwo([...prompt!.inputIds, first], temperature)) {
      expected.set(`${first},${second}`, p * q);
    }
  }
  const found = new Map<string, number>();
  for (const ids of made) found.set(ids.join(), (found.get(ids.join()) ?? 0) + 1);
  expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
  const chiSquared = [...expected].reduce(
    (sum, [ids, p]) => sum + (found.get(ids)! - copies * p) ** 2 / (copies * p),
    0,
  );
  // The 0.1 % point of the distribution with 3 degrees of freedom.
  expect(chiSquared).toBeLessThan(16.3);
});

it('a repetition penalty without bound makes every token at most once', async () => {
  const o = { maxNewTokens: 12, temperature: 0 };
  const plain = await run(o);
  expect(new Set(plain[1]).size).toBeLessThan(12);
  const penalised = await run({ ...o, repetitionPenalty: 1e6 });
  for (const ids of penalised) expect(new Set(ids).size).toBe(12);
});

it('suppressed ids are not made', async () => {
  const [greedy] = await run({ temperature: 0 });
  const suppress = [greedy![0]!, greedy![4]!];
  const ids = await run({ temperature: 0, suppress });
  expect(ids.flat().filter((id) => suppress.includes(id))).toEqual([]);
});

it.each([
  [{ temperature: -1 }, 'temperature is -1'],
  [{ topP: 0 }, 'topP is 0'],
  [{ topK: 1.5 }, 'topK is 1.5'],
  [{ repetitionPenalty: 0 }, 'repetitionPenalty is 0'],
  [{ suppress: [1e6] }, 'suppress is 1000000'],
  [{ sliceTokens: 0 }, 'sliceTokens is 0'],
])('%o is refused', async (o, message) => {
  await expect(run(o)).rejects.toMatchObject({ code: 'BAD_OPTION', message });
});

/** The two best next tokens and their probabilities, by the whole sequence at once. */
function bestTwo(ids: readonly number[], temperature: number): [number, number][] {
  return tf.tidy(() => {
    const llm = new ParamScope(params, LLM_PREFIX);
    const embeds = textEmbeds(llm, tf.tensor1d([...ids], 'int32'));
    const hidden = decoderForward(config.llm, llm, { embeds, batch: 1, time: ids.length });
    const logits = vocabularyLogits(config.llm, llm, tf.slice(hidden, [ids.length - 1, 0], [1, -1]));
    const { values, indices } = tf.topk(logits, 2);
    const p = tf.softmax(tf.div(values, temperature)).dataSync();
    return [...indices.dataSync()].map((id, i): [number, number] => [id, p[i]!]);
  });
}
