import { compile, type Compiled, tf } from '@ovis/tensorflow';
import type { OvisConfig } from '../config/index.ts';
import { type Choice, chooseTokens } from '../llm/choose-tokens.ts';
import {
  decodeLoop,
  type DecodeInput,
  type DecodeStart,
  type DecodeState,
  startDecoding,
} from '../llm/decode-loop.ts';
import { decoderForward, type LayerKeys, vocabularyLogits } from '../llm/decoder.ts';
import { mergedEmbeds } from '../merge.ts';
import { LLM_PREFIX } from '../parameter-shapes.ts';
import { ParamScope, type Params } from '../params.ts';
import { visualEmbeds } from '../visual-tokenizer.ts';
import type { PromptBatch } from './prompt-batch.ts';

export interface Prefilled {
  /** int32 `[batch]`: the first new tokens. */
  tokens: tf.Tensor1D;
  prompt: LayerKeys[];
}

/** The compiled functions of a model, traced once per shape. */
export interface Generator {
  prefill: Compiled<[Params, PromptBatch, Choice], Prefilled>;
  /** All new tokens in one call: `[slots + 1, batch]`. */
  decode: Compiled<[Params, DecodeStart, DecodeInput], tf.Tensor2D>;
  /** The same in slices: the state before the first one, and after one more. The keys stay on the device. */
  start: Compiled<[DecodeStart], DecodeState>;
  slice: Compiled<[Params, DecodeState, DecodeInput], DecodeState>;
}

const generators = { xla: new WeakMap<OvisConfig, Generator>(), graph: new WeakMap<OvisConfig, Generator>() };

/**
 * Made once per config object. The loop is many small operations, which XLA runs many times as fast as the graph executor: worth its
 * second or so of compiling; where XLA cannot, a graph serves, with a warning. The prefill is mostly matrix products: on CPUs XLA
 * gains little with few prompts and loses with many. Weights that are held as bfloat16 want the graph executor: XLA would make all of
 * them float32 in front of the loop, and they are held so because there is no room for that.
 */
export function generatorOf(config: OvisConfig, params: Params): Generator {
  const held = Object.values(params).some(({ dtype }) => dtype !== 'float32');
  const made = held ? generators.graph : generators.xla;
  const found = made.get(config);
  if (found) return found;
  const mode = held ? 'graph' : 'try-xla';
  const { llm } = config;
  const scope = (params: Params) => new ParamScope(params, LLM_PREFIX);
  const generator: Generator = {
    prefill: compile(
      (params: Params, batch: PromptBatch, choice: Choice) => prefill(config, params, batch, choice),
      { name: 'ovisPrefill' },
    ),
    decode: compile(
      (params: Params, start: DecodeStart, input: DecodeInput) =>
        decodeLoop(llm, scope(params), startDecoding(llm, start), input).made,
      { name: 'ovisDecode', mode },
    ),
    start: compile((start: DecodeStart) => startDecoding(llm, start), { name: 'ovisStartDecoding' }),
    slice: compile(
      (params: Params, state: DecodeState, input: DecodeInput) =>
        decodeLoop(llm, scope(params), state, input),
      { name: 'ovisDecodeSlice', mode },
    ),
  };
  made.set(config, generator);
  return generator;
}

/** Runs the prompts and returns each one's first new token and the prompts' keys. */
function prefill(config: OvisConfig, params: Params, batch: PromptBatch, choice: Choice): Prefilled {
  const { llm } = config;
  const [size, time] = batch.inputIds.shape;
  const visual = batch.pixelValues && visualEmbeds(config, params, batch.pixelValues);
  const embeds = mergedEmbeds(config, params, batch, visual);
  const scope = new ParamScope(params, LLM_PREFIX);
  const prompt: LayerKeys[] = [];
  const hidden = decoderForward(llm, scope, {
    embeds,
    batch: size,
    time,
    rows: batch.lastRows,
    keep: (layer, keys) => (prompt[layer] = keys),
  });
  const logits = vocabularyLogits(llm, scope, hidden);
  return { tokens: chooseTokens(logits, choice, { at: tf.scalar(0, 'int32') }), prompt };
}
