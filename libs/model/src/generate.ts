import { compile, tf, type Compiled } from '@ovis/tensorflow';
import { imageTokenRows, type OvisConfig } from './config.ts';
import { MergeError } from './errors.ts';
import { decodeKeys, decodeStep } from './llm/decode-step.ts';
import { decoderForward, vocabularyLogits, type LayerKeys } from './llm/decoder.ts';
import { IMAGE_TOKEN_ID, mergedEmbeds, planMerge, type MergePlan } from './merge.ts';
import { LLM_PREFIX } from './parameter-shapes.ts';
import { ParamScope, type Params } from './params.ts';
import { visualEmbeds } from './visual-tokenizer.ts';

/** One prompt: ids with `-200` for each image, and the pictures `[images, 3, S, S]` in order. */
export interface Prompt {
  inputIds: readonly number[];
  pixelValues?: tf.Tensor4D;
}

export interface GenerateOptions {
  maxNewTokens: number;
  /** Generation of a sequence ends before this token (or any of these). */
  eosTokenId: number | readonly number[];
  /** Sequences decoded together; default 64, or the number of prompts when that is smaller. */
  batchSize?: number;
  /**
   * Rows every prompt is padded to, so that calls with other prompts reuse the compiled functions. Default: the longest
   * merged prompt of this call, rounded up to a multiple of 16.
   */
  padTo?: number;
  /** Called after each batch with the number of finished prompts. */
  onProgress?: (done: number, total: number) => void;
}

/** What the prefill leaves for the decode steps. */
interface DecodeState {
  tokens: tf.Tensor1D;
  fresh: LayerKeys[];
}

interface PromptBatch {
  pixelValues?: tf.Tensor4D;
  inputIds: tf.Tensor2D;
  visualRow: tf.Tensor2D;
  promptLengths: tf.Tensor1D;
  lastRows: tf.Tensor1D;
}

interface CompiledGenerator {
  prefill: Compiled<[Params, PromptBatch, number], DecodeState & { prompt: LayerKeys[] }>;
  steps: Compiled<
    [Params, DecodeState, LayerKeys[], tf.Tensor1D, tf.Scalar],
    DecodeState & { made: tf.Tensor2D }
  >;
}

/**
 * Steps of one call. A small model's step takes less time than a call does; what is made behind an end token or the last token
 * that was asked for is dropped.
 */
const STEPS_PER_CALL = 4;

const generators = new WeakMap<OvisConfig, CompiledGenerator>();

/**
 * Greedy decoding of many prompts (spec 8): batched, with cached keys and values, through two compiled functions that are
 * traced once per shape. Prompts are padded on the right and each sequence has its own positions, so a result does not
 * depend on its neighbours. Returns the new ids of each prompt, without the end token.
 * @throws MergeError `BAD_SAMPLE` (images and placeholders disagree) or `TOO_LONG` (longer than `padTo` or the model's limit).
 */
export async function generateGreedy(
  config: OvisConfig,
  params: Params,
  prompts: readonly Prompt[],
  o: GenerateOptions,
): Promise<number[][]> {
  if (prompts.length === 0 || o.maxNewTokens < 1) return prompts.map(() => []);
  const rowsPerImage = imageTokenRows(config);
  const lengths = prompts.map((prompt, index) => mergedLength(prompt, index, rowsPerImage, config));
  const time = o.padTo ?? Math.ceil(Math.max(...lengths) / 16) * 16;
  const batchSize = Math.min(o.batchSize ?? 64, prompts.length);
  const imagesPerBatch = mostImages(prompts, batchSize);
  const results: number[][] = [];
  for (let from = 0; from < prompts.length; from += batchSize) {
    const some = prompts.slice(from, from + batchSize);
    const batch = promptBatch(config, some, { batchSize, time, images: imagesPerBatch });
    try {
      const ids = await generateBatch(config, params, batch, some.length, o);
      results.push(...ids);
    } finally {
      tf.dispose([batch.inputIds, batch.visualRow, batch.promptLengths, batch.lastRows]);
      batch.pixelValues?.dispose();
    }
    o.onProgress?.(results.length, prompts.length);
  }
  return results;
}

async function generateBatch(
  config: OvisConfig,
  params: Params,
  batch: PromptBatch,
  count: number,
  o: GenerateOptions,
): Promise<number[][]> {
  const { prefill, steps } = generatorOf(config);
  const ends = new Set(typeof o.eosTokenId === 'number' ? [o.eosTokenId] : o.eosTokenId);
  const results = Array.from({ length: count }, (): number[] => []);
  const done = new Array<boolean>(count).fill(false);
  /** Takes one new token of each sequence; true when no sequence needs another. */
  const finish = (tokens: ArrayLike<number>): boolean => {
    results.forEach((ids, i) => {
      const token = tokens[i] as number;
      if (ends.has(token)) done[i] = true;
      if (!done[i]) ids.push(token);
      if (ids.length >= o.maxNewTokens) done[i] = true;
    });
    return done.every(Boolean);
  };

  const slots = Math.ceil((o.maxNewTokens - 1) / STEPS_PER_CALL) * STEPS_PER_CALL;
  const { prompt, ...first } = await prefill(params, batch, Math.max(slots, 1));
  let state: DecodeState = first;
  try {
    if (finish(await state.tokens.data())) return results;
    const size = batch.inputIds.shape[0];
    for (let at = 0; ; at += STEPS_PER_CALL) {
      const counter = tf.scalar(at, 'int32');
      const { made, ...next } = await steps(params, state, prompt, batch.promptLengths, counter);
      disposeState(state);
      counter.dispose();
      state = next;
      const ids = await made.data();
      made.dispose();
      for (let i = 0; i < STEPS_PER_CALL; i++) {
        if (finish(ids.subarray(i * size, (i + 1) * size))) return results;
      }
    }
  } finally {
    disposeState(state);
    disposeKeys(prompt);
  }
}

/** The two compiled functions of a model; made once per config object. */
function generatorOf(config: OvisConfig): CompiledGenerator {
  let generator = generators.get(config);
  if (!generator) {
    generator = {
      prefill: compile(
        (params: Params, batch: PromptBatch, slots: number) => prefill(config, params, batch, slots),
        {
          name: 'ovisPrefill',
        },
      ),
      steps: compile(
        (
          params: Params,
          state: DecodeState,
          prompt: LayerKeys[],
          promptLengths: tf.Tensor1D,
          counter: tf.Scalar,
        ) => {
          const scope = new ParamScope(params, LLM_PREFIX);
          let { tokens, fresh } = state;
          const made: tf.Tensor1D[] = [];
          for (let i = 0; i < STEPS_PER_CALL; i++) {
            const step: tf.Scalar = tf.add(counter, tf.scalar(i, 'int32'));
            const next = decodeStep(config.llm, scope, { tokens, step, promptLengths, prompt, fresh });
            fresh = next.fresh;
            tokens = nextTokens(scope, next.hidden);
            made.push(tokens);
          }
          return { tokens, fresh, made: tf.stack(made) as tf.Tensor2D };
        },
        { name: 'ovisDecodeSteps' },
      ),
    };
    generators.set(config, generator);
  }
  return generator;
}

/** Runs the prompts and returns each one's first new token, the prompts' keys, and empty room for `slots` new ones. */
function prefill(
  config: OvisConfig,
  params: Params,
  batch: PromptBatch,
  slots: number,
): DecodeState & { prompt: LayerKeys[] } {
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
    keep: (layer, keys) => (prompt[layer] = decodeKeys(keys)),
  });
  const empty = () => tf.zeros([size, llm.kvHeads, slots, llm.headDim]) as tf.Tensor4D;
  const fresh = prompt.map(() => ({ k: empty(), v: empty() }));
  return { tokens: nextTokens(scope, hidden), fresh, prompt };
}

function nextTokens(params: ParamScope, hidden: tf.Tensor2D): tf.Tensor1D {
  return tf.argMax(vocabularyLogits(params, hidden), -1) as tf.Tensor1D;
}

/** The tensors of one batch; missing prompts of a last batch are single tokens, missing pictures are zero. */
function promptBatch(
  config: OvisConfig,
  prompts: readonly Prompt[],
  o: { batchSize: number; time: number; images: number },
): PromptBatch {
  const samples = prompts.map(({ inputIds }) => ({ inputIds, labels: inputIds.map(() => -100) }));
  while (samples.length < o.batchSize) samples.push({ inputIds: [0], labels: [-100] });
  const plan = planMerge(samples, {
    rowsPerImage: imageTokenRows(config),
    maxLength: config.multimodalMaxLength,
    padTo: o.time,
  });
  const lengths = promptLengths(plan);
  return {
    pixelValues: gatherImages(config, prompts, o.images),
    inputIds: tf.tensor2d(plan.inputIds, [plan.batch, plan.length], 'int32'),
    visualRow: tf.tensor2d(plan.visualRow, [plan.batch, plan.length], 'int32'),
    promptLengths: tf.tensor1d(lengths, 'int32'),
    lastRows: tf.tensor1d(
      lengths.map((length, i) => i * plan.length + length - 1),
      'int32',
    ),
  };
}

function promptLengths(plan: MergePlan): Int32Array {
  return Int32Array.from({ length: plan.batch }, (_, i) =>
    plan.attentionMask.subarray(i * plan.length, (i + 1) * plan.length).reduce((sum, m) => sum + m, 0),
  );
}

function gatherImages(
  config: OvisConfig,
  prompts: readonly Prompt[],
  images: number,
): tf.Tensor4D | undefined {
  if (images === 0) return undefined;
  const { channels, imageSize } = config.visual.backbone;
  return tf.tidy(() => {
    const given = prompts.flatMap((prompt) => prompt.pixelValues ?? []);
    const missing = images - given.reduce((sum, pixels) => sum + pixels.shape[0], 0);
    if (missing > 0) given.push(tf.zeros([missing, channels, imageSize, imageSize]));
    return given.length === 1 ? (given[0] as tf.Tensor4D).clone() : tf.concat(given, 0);
  });
}

function mostImages(prompts: readonly Prompt[], batchSize: number): number {
  let most = 0;
  for (let from = 0; from < prompts.length; from += batchSize) {
    const some = prompts.slice(from, from + batchSize);
    most = Math.max(
      most,
      some.reduce((sum, prompt) => sum + (prompt.pixelValues?.shape[0] ?? 0), 0),
    );
  }
  return most;
}

function mergedLength(prompt: Prompt, index: number, rowsPerImage: number, config: OvisConfig): number {
  const placeholders = prompt.inputIds.filter((id) => id === IMAGE_TOKEN_ID).length;
  const images = prompt.pixelValues?.shape[0] ?? 0;
  if (placeholders !== images) {
    throw new MergeError(
      'BAD_SAMPLE',
      `prompt ${index} has ${placeholders} image placeholders and ${images} images`,
      `Put one ${IMAGE_TOKEN_ID} into the ids per image.`,
    );
  }
  if (prompt.inputIds.length === 0) {
    throw new MergeError('BAD_SAMPLE', `prompt ${index} is empty`, 'Give it at least one token.');
  }
  const length = prompt.inputIds.length + placeholders * (rowsPerImage - 1);
  if (length > config.multimodalMaxLength) {
    throw new MergeError(
      'TOO_LONG',
      `prompt ${index} has ${length} rows, multimodal_max_length is ${config.multimodalMaxLength}`,
      'Shorten the prompt or raise multimodal_max_length in config.json.',
    );
  }
  return length;
}

function disposeState(state: DecodeState): void {
  state.tokens.dispose();
  disposeKeys(state.fresh);
}

function disposeKeys(keys: LayerKeys[]): void {
  for (const { k, v } of keys) tf.dispose([k, v]);
}
