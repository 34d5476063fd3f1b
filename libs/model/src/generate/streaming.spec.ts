import { tf } from '@ovis/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../test/engine.ts';
import { GoldenCase } from '../../test/golden.ts';
import type { Params } from '../params.ts';
import { generate, generateGreedy, streamTokens } from './generate.ts';
import type { NewTokens } from './track.ts';

beforeAll(startEngine);

const golden = new GoldenCase('ovis10_clip_llama3');
const { config } = golden;
let params: Params;
let expected: number[][];
const PROMPTS = [
  [5, 9, 120, 33, 7],
  [44, 8],
  [5, 9, 120],
].map((inputIds) => ({ inputIds }));
const options = { maxNewTokens: 11, eosTokenId: -1 };
beforeAll(async () => {
  params = golden.params();
  expected = await generateGreedy(config, params, PROMPTS, options);
});

async function collect(stream: AsyncIterable<NewTokens>): Promise<NewTokens[]> {
  const all: NewTokens[] = [];
  for await (const tokens of stream) all.push(tokens);
  return all;
}

const joined = (all: NewTokens[], prompt: number) =>
  all.flatMap((tokens) => (tokens.prompt === prompt ? tokens.ids : []));

describe('streamTokens', () => {
  it('gives the first token of each prompt, then slices, and says which are the last', async () => {
    const all = await collect(streamTokens(config, params, PROMPTS, { ...options, sliceTokens: 4 }));
    PROMPTS.forEach((_, i) => {
      const own = all.filter(({ prompt }) => prompt === i);
      expect(own.map(({ ids }) => ids.length)).toEqual([1, 4, 4, 2]);
      expect(own.map(({ last }) => last)).toEqual([false, false, false, true]);
      expect(joined(all, i)).toEqual(expected[i]);
    });
  });

  it('stops each sequence at its end token, and altogether when all have', async () => {
    const end = expected[0]![2]!;
    const o = { ...options, eosTokenId: [end, 999_999], sliceTokens: 2 };
    const all = await collect(streamTokens(config, params, PROMPTS, o));
    const cut = (ids: number[]) => (ids.includes(end) ? ids.slice(0, ids.indexOf(end)) : ids);
    PROMPTS.forEach((_, i) => {
      expect(joined(all, i)).toEqual(cut(expected[i]!));
      expect(all.filter(({ prompt, last }) => prompt === i && last)).toHaveLength(1);
    });
    const alone = await collect(streamTokens(config, params, [PROMPTS[0]!], o));
    expect(alone.length).toBe(2);
  });

  it('a loop that is left early frees everything', async () => {
    const before = tf.memory().numTensors;
    for await (const { ids } of streamTokens(config, params, PROMPTS, options)) {
      expect(ids).toHaveLength(1);
      break;
    }
    expect(tf.memory().numTensors).toBe(before);
    await collect(streamTokens(config, params, PROMPTS, options));
    expect(tf.memory().numTensors).toBe(before);
  });
});

it('a callback sees the tokens that the result has', async () => {
  const all: NewTokens[] = [];
  const progress: number[] = [];
  const ids = await generate(config, params, PROMPTS, {
    ...options,
    batchSize: 2,
    onTokens: (tokens) => all.push(tokens),
    onProgress: (done) => progress.push(done),
  });
  expect(ids).toEqual(expected);
  PROMPTS.forEach((_, i) => expect(joined(all, i)).toEqual(expected[i]));
  expect(progress).toEqual([2, 3]);
});

it('a batch counts as done when its last sequence is', async () => {
  const [, second] = expected as [number[], number[]];
  const progress: number[] = [];
  await generate(config, params, PROMPTS.slice(0, 2), {
    ...options,
    eosTokenId: second[3]!,
    sliceTokens: 2,
    onTokens: () => undefined,
    onProgress: (done) => progress.push(done),
  });
  expect(expected[0]!.slice(0, 6)).not.toContain(second[3]);
  expect(progress).toEqual([2]);
});

it('a signal ends the generation with its reason, and nothing is kept', async () => {
  const before = tf.memory().numTensors;
  const abort = new AbortController();
  const seen: NewTokens[] = [];
  const pending = generate(config, params, PROMPTS, {
    ...options,
    sliceTokens: 1,
    signal: abort.signal,
    onTokens: (tokens) => {
      seen.push(tokens);
      if (seen.length === 6) abort.abort(new Error('enough'));
    },
  });
  await expect(pending).rejects.toThrow('enough');
  expect(seen).toHaveLength(6);
  expect(tf.memory().numTensors).toBe(before);
  await expect(
    generate(config, params, PROMPTS, { ...options, signal: AbortSignal.abort(new Error('at once')) }),
  ).rejects.toThrow('at once');
});
