import { compile, tf, type Compiled } from '@ovis/tensorflow';
import { imageTokenRows, type OvisConfig } from './config/index.ts';
import { MergeError } from './errors.ts';
import { decodeLoop, type DecodeInput } from './llm/decode-loop.ts';
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

interface PromptBatch {
  pixelValues?: tf.Tensor4D;
  inputIds: tf.Tensor2D;
  visualRow: tf.Tensor2D;
  promptLengths: tf.Tensor1D;
  lastRows: tf.Tensor1D;
  /** bool `[batch]`: prompts that fill up a last batch. */
  idle: tf.Tensor1D;
}

interface CompiledGenerator {
  prefill: Compiled<[Params, PromptBatch], { tokens: tf.Tensor1D; prompt: LayerKeys[] }>;
  decode: Compiled<[Params, DecodeInput], tf.Tensor2D>;
}

const generators = new WeakMap<OvisConfig, CompiledGenerator>();

/**
 * Greedy decoding of many prompts (spec 8): batched, with cached keys and values, through two compiled functions that are
 * traced once per shape: the prompts, then all new tokens in one loop that ends when every sequence has. Prompts are padded on the right and each sequence has its own positions, so a result does not
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
      tf.dispose([batch.inputIds, batch.visualRow, batch.promptLengths, batch.lastRows, batch.idle]);
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
  const { prefill, decode } = generatorOf(config);
  const ends = typeof o.eosTokenId === 'number' ? [o.eosTokenId] : [...o.eosTokenId];
  const { tokens, prompt } = await prefill(params, batch);
  const { promptLengths, idle } = batch;
  // A power of two, so that similar limits share a compiled function.
  const slots = 2 ** Math.ceil(Math.log2(Math.max(o.maxNewTokens - 1, 1)));
  const end = tf.tensor1d(ends, 'int32');
  const limit = tf.scalar(o.maxNewTokens, 'int32');
  const llm = Object.fromEntries(Object.entries(params).filter(([name]) => name.startsWith(LLM_PREFIX)));
  const pending = decode(llm, { tokens, promptLengths, prompt, idle, ends: end, limit, slots });
  try {
    const made = await pending;
    const ids = await made.data();
    made.dispose();
    const size = batch.inputIds.shape[0];
    return Array.from({ length: count }, (_, i) => {
      const all = Array.from({ length: o.maxNewTokens }, (_, step) => ids[step * size + i] as number);
      const cut = all.findIndex((id) => ends.includes(id));
      return cut < 0 ? all : all.slice(0, cut);
    });
  } finally {
    tf.dispose([tokens, end, limit]);
    disposeKeys(prompt);
  }
}

/**
 * The two compiled functions of a model; made once per config object. The loop is many small operations, which XLA runs many
 * times as fast as the graph executor: worth its second or so of compiling. The prefill is mostly matrix products: on CPUs XLA gains
 * little with few prompts and loses with many.
 */
function generatorOf(config: OvisConfig): CompiledGenerator {
  let generator = generators.get(config);
  if (!generator) {
    generator = {
      prefill: compile((params: Params, batch: PromptBatch) => prefill(config, params, batch), {
        name: 'ovisPrefill',
      }),
      decode: compile(
        (params: Params, input: DecodeInput) =>
          decodeLoop(config.llm, new ParamScope(params, LLM_PREFIX), input),
        { name: 'ovisDecode', mode: 'xla' },
      ),
    };
    generators.set(config, generator);
  }
  return generator;
}

/** Runs the prompts and returns each one's first new token and the prompts' keys. */
function prefill(
  config: OvisConfig,
  params: Params,
  batch: PromptBatch,
): { tokens: tf.Tensor1D; prompt: LayerKeys[] } {
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
  return { tokens: tf.argMax(vocabularyLogits(llm, scope, hidden), -1) as tf.Tensor1D, prompt };
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
    idle: tf.tensor1d(
      samples.map((_, i) => i >= prompts.length),
      'bool',
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

function disposeKeys(keys: LayerKeys[]): void {
  for (const { k, v } of keys) tf.dispose([k, v]);
}
