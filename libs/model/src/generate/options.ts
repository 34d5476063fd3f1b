import type { OvisConfig } from '../config/index.ts';
import { ModelInputError } from '../errors.ts';
import type { tf } from '@ovis/tensorflow';

/** One prompt: ids with the placeholders of its pictures or tiles, and these in order, `[images, channels, S, S]`. */
export interface Prompt {
  inputIds: readonly number[];
  pixelValues?: tf.Tensor4D;
}

export interface GenerateOptions {
  maxNewTokens: number;
  /** Generation of a sequence ends before this token (or any of these). */
  eosTokenId: number | readonly number[];
  /** Above 0: tokens are drawn from the distribution of logits / temperature. Default 0: always the best token. */
  temperature?: number;
  /** Draw among this many best tokens. Default: all. */
  topK?: number;
  /** Draw among the fewest best tokens whose probabilities make at least this much. Default 1: all. */
  topP?: number;
  /**
   * Of the draws: with the same seed a prompt at the same place of `prompts` gets the same tokens, however many are decoded together.
   * Default: another one each time.
   */
  seed?: number;
  /** Above 1: tokens made before become less likely. Those of the prompt do not count, as in the official code. Default 1. */
  repetitionPenalty?: number;
  /** Ids that are never made. Default: none, of native models the ids that stand for pictures. */
  suppress?: readonly number[];
  /** Sequences decoded together; default 64, or the number of prompts when that is smaller. */
  batchSize?: number;
  /**
   * Rows every prompt is padded to, so that calls with other prompts reuse the compiled functions. Default: the longest
   * merged prompt of this call, rounded up to a multiple of 16.
   */
  padTo?: number;
  /** Cut prompts that are longer than the model's limit, as the official code does, instead of refusing them. Default false. */
  truncate?: boolean;
  /** Ends the generation between two slices of tokens; the call then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Tokens per slice, between which tokens are handed out and the signal is looked at. Default 4; the first token comes at once. */
  sliceTokens?: number;
}

/** The options with what follows from them. */
export interface Plan extends GenerateOptions {
  temperature: number;
  topK: number;
  topP: number;
  seed: number;
  repetitionPenalty: number;
  suppress: readonly number[];
  ends: readonly number[];
}

/** @throws ModelInputError `BAD_OPTION` for a number out of its range. */
export function planGeneration(config: OvisConfig, o: GenerateOptions): Plan {
  const { temperature = 0, topK = 0, topP = 1, repetitionPenalty = 1, sliceTokens = 4 } = o;
  const wanted = (name: string, value: number, ok: boolean, range: string) => {
    if (!ok) {
      throw new ModelInputError('BAD_OPTION', `${name} is ${value}`, `${name} is ${range}.`);
    }
  };
  wanted('maxNewTokens', o.maxNewTokens, Number.isInteger(o.maxNewTokens), 'a whole number');
  const { batchSize = 64 } = o;
  wanted('batchSize', batchSize, Number.isInteger(batchSize) && batchSize > 0, 'a whole number from 1');
  wanted('temperature', temperature, temperature >= 0 && temperature < Infinity, 'a number from 0');
  wanted('topK', topK, Number.isInteger(topK) && topK >= 0, 'a whole number from 1, or 0 for all tokens');
  wanted('topP', topP, topP > 0 && topP <= 1, 'above 0 and at most 1');
  wanted('repetitionPenalty', repetitionPenalty, repetitionPenalty > 0, 'a number above 0');
  wanted(
    'sliceTokens',
    sliceTokens,
    Number.isInteger(sliceTokens) && sliceTokens > 0,
    'a whole number from 1',
  );
  const { nativeIds } = config;
  const suppress = o.suppress ?? (nativeIds ? [nativeIds.image, ...nativeIds.indicators] : []);
  for (const id of suppress) {
    const known = Number.isInteger(id) && id >= 0 && id < config.llm.vocabSize;
    wanted('suppress', id, known, `a list of ids below ${config.llm.vocabSize}`);
  }
  return {
    ...o,
    temperature,
    topK,
    topP,
    repetitionPenalty,
    suppress,
    sliceTokens,
    seed: o.seed ?? Math.floor(Math.random() * 2 ** 31),
    ends: typeof o.eosTokenId === 'number' ? [o.eosTokenId] : [...o.eosTokenId],
  };
}
