import { tf } from '@ovis/tensorflow';
import type { OvisConfig } from '../config/index.ts';
import type { Choice } from '../llm/choose-tokens.ts';
import type { DecodeState } from '../llm/decode-loop.ts';
import type { LayerKeys } from '../llm/decoder.ts';
import { LLM_PREFIX } from '../parameter-shapes.ts';
import type { Params } from '../params.ts';
import { slotsFor } from './choice.ts';
import { generatorOf, type Prefilled } from './generator.ts';
import type { Plan } from './options.ts';
import type { PromptBatch } from './prompt-batch.ts';

/** One batch of prompts. */
export interface Run {
  config: OvisConfig;
  params: Params;
  batch: PromptBatch;
  choice: Choice;
  plan: Plan;
}

/** Rows of new ids, `[steps, batch]` flattened, all at once. */
export async function* whole(run: Run): AsyncGenerator<Int32Array, void, undefined> {
  const { decode, prefill } = generatorOf(run.config, run.params);
  const first = await prefill(run.params, run.batch, run.choice);
  const limit = tf.scalar(run.plan.maxNewTokens, 'int32');
  const { start, input } = decodeArguments(run, first);
  try {
    const made = await decode(languageModel(run.params), start, { ...input, limit });
    const ids = (await made.data()) as Int32Array;
    made.dispose();
    yield ids.subarray(0, run.plan.maxNewTokens * run.batch.idle.size);
  } finally {
    tf.dispose([limit, start.ends, first.tokens]);
    disposeKeys(first.prompt);
  }
}

/** The same as they come: the first row at once, then `sliceTokens` rows at a time. */
export async function* slices(run: Run): AsyncGenerator<Int32Array, void, undefined> {
  const generator = generatorOf(run.config, run.params);
  const { maxNewTokens, signal, sliceTokens = 1 } = run.plan;
  const size = run.batch.idle.size;
  const first = await generator.prefill(run.params, run.batch, run.choice);
  const { start, input } = decodeArguments(run, first);
  let state: DecodeState | undefined;
  try {
    yield (await first.tokens.data()) as Int32Array;
    signal?.throwIfAborted();
    state = await generator.start(start);
    const params = languageModel(run.params);
    for (let have = 1; have < maxNewTokens; have += sliceTokens) {
      const until = Math.min(have + sliceTokens, maxNewTokens);
      const limit = tf.scalar(until, 'int32');
      const before: DecodeState = state;
      try {
        state = await generator.slice(params, before, { ...input, limit });
      } finally {
        limit.dispose();
      }
      disposeState(before);
      signal?.throwIfAborted();
      const made = (await state.made.data()) as Int32Array;
      yield made.subarray(have * size, until * size);
    }
  } finally {
    tf.dispose([start.ends, first.tokens]);
    disposeKeys(first.prompt);
    if (state) disposeState(state);
  }
}

function decodeArguments({ plan, batch, choice }: Run, { tokens, prompt }: Prefilled) {
  const ends = tf.tensor1d([...plan.ends], 'int32');
  const slots = slotsFor(plan.maxNewTokens);
  const penalised = plan.repetitionPenalty !== 1;
  return {
    start: { tokens, prompt, idle: batch.idle, ends, slots, penalised },
    input: { promptLengths: batch.promptLengths, time: batch.inputIds.shape[1], ends, choice },
  };
}

/** The parameters that decoding needs. */
function languageModel(params: Params): Params {
  return Object.fromEntries(Object.entries(params).filter(([name]) => name.startsWith(LLM_PREFIX)));
}

function disposeState({ cache, ...rest }: DecodeState): void {
  tf.dispose({ ...rest });
  disposeKeys(cache);
}

function disposeKeys(keys: LayerKeys[]): void {
  for (const { k, v } of keys) tf.dispose([k, v]);
}
