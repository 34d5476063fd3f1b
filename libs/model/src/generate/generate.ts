import { tf } from '@ovis/tensorflow';
import type { OvisConfig } from '../config/index.ts';
import type { Params } from '../params.ts';
import { choiceOf } from './choice.ts';
import { slices, whole } from './decoding.ts';
import { type GenerateOptions, planGeneration, type Prompt } from './options.ts';
import { batchShape, promptBatch, sequencesTogether } from './prompt-batch.ts';
import { type NewTokens, Track } from './track.ts';

/**
 * New ids of many prompts (spec 8), without the end tokens: greedy, or drawn with a `temperature`. Prompts are batched, with cached keys
 * and values: one compiled function runs the prompts, another makes all new tokens in one loop that ends when every sequence has.
 * Prompts may have different lengths, several pictures or none; a result does not depend on its neighbours.
 * @throws MergeError `BAD_SAMPLE` (images and placeholders disagree) or `TOO_LONG` (longer than `padTo` or the model's limit);
 *   ModelInputError `BAD_OPTION`; the signal's reason.
 */
export async function generate(
  config: OvisConfig,
  params: Params,
  prompts: readonly Prompt[],
  o: GenerateOptions & {
    /** Called after each batch with the number of finished prompts. */
    onProgress?: (done: number, total: number) => void;
    /** Called with new tokens as soon as they are there. */
    onTokens?: (tokens: NewTokens) => void;
  },
): Promise<number[][]> {
  const results: number[][] = prompts.map(() => []);
  const batchSize = sequencesTogether(prompts, o);
  let done = 0;
  let told = 0;
  const inSlices = o.onTokens !== undefined || o.signal !== undefined;
  for await (const tokens of batches(config, params, prompts, o, inSlices)) {
    for (const some of tokens) {
      results[some.prompt]!.push(...some.ids);
      o.onTokens?.(some);
      if (some.last) done++;
    }
    if (done > told && (done % batchSize === 0 || done === prompts.length)) {
      o.onProgress?.((told = done), prompts.length);
    }
  }
  return results;
}

/** Greedy decoding: {@link generate} without a temperature. */
export function generateGreedy(
  config: OvisConfig,
  params: Params,
  prompts: readonly Prompt[],
  o: Omit<Parameters<typeof generate>[3], 'temperature' | 'topK' | 'topP' | 'seed'>,
): Promise<number[][]> {
  return generate(config, params, prompts, { ...o, temperature: 0 });
}

/**
 * {@link generate} as a stream: the first tokens as soon as the prompts have run, then a slice of `sliceTokens` at a time. Leaving the
 * loop ends the generation.
 */
export async function* streamTokens(
  config: OvisConfig,
  params: Params,
  prompts: readonly Prompt[],
  o: GenerateOptions,
): AsyncGenerator<NewTokens, void, undefined> {
  for await (const tokens of batches(config, params, prompts, o, true)) yield* tokens;
}

/** All prompts, batch after batch; of each sequence exactly one part is the last. */
async function* batches(
  config: OvisConfig,
  params: Params,
  prompts: readonly Prompt[],
  o: GenerateOptions,
  inSlices: boolean,
): AsyncGenerator<NewTokens[], void, undefined> {
  const plan = planGeneration(config, o);
  if (prompts.length === 0) return;
  if (plan.maxNewTokens < 1) return yield prompts.map((_, prompt) => ({ prompt, ids: [], last: true }));
  const shape = batchShape(config, prompts, o);
  for (let from = 0; from < prompts.length; from += shape.batchSize) {
    o.signal?.throwIfAborted();
    const some = prompts.slice(from, from + shape.batchSize);
    const batch = promptBatch(config, some, shape);
    const choice = choiceOf(plan, config.llm.vocabSize, shape.batchSize, from);
    try {
      const run = { config, params, batch, choice, plan };
      const tracks = some.map((_, i) => new Track(from + i, plan));
      for await (const ids of inSlices ? slices(run) : whole(run)) {
        const made = tracks.flatMap((track, i) => track.take(ids, i, shape.batchSize));
        if (made.length > 0) yield made;
        if (tracks.every(({ ended }) => ended)) break;
      }
    } finally {
      tf.dispose({ ...batch, ...choice } as tf.TensorContainer);
    }
  }
}
