import type { OvisConfig } from './config/index.ts';
import { ParameterError } from './errors.ts';
import { decoderParameterShapes } from './llm/parameters.ts';
import { visionParameterShapes } from './vision/vision.ts';

/** Prefixes of the parts inside an Ovis checkpoint (official Hugging Face names, spec 7.2). */
export const LLM_PREFIX = 'llm.';
export const VIT_PREFIX = 'visual_tokenizer.backbone.';
export const HEAD_PREFIX = 'visual_tokenizer.head.';
export const VTE_WEIGHT = 'vte.weight';
export const HEAD_WEIGHT = `${HEAD_PREFIX}0.weight`;
export const HEAD_NORM_WEIGHT = `${HEAD_PREFIX}1.weight`;
export const HEAD_NORM_BIAS = `${HEAD_PREFIX}1.bias`;

export type ParameterShapes = Record<string, number[]>;

/** The parts a checkpoint is split into. */
export type ModelPart = 'vit' | 'visual_head' | 'vte' | 'llm';

/**
 * Every tensor the model has, official names and torch layouts (`Linear.weight` is `[out, in]`), in forward order.
 * With tied embeddings `llm.lm_head.weight` is absent, as in the files (spec 7.2).
 */
export function parameterShapes(config: OvisConfig): ParameterShapes {
  const { visual, llm } = config;
  const outputs = visual.vocabSize - visual.reserved;
  const features = visual.backbone.hiddenSize * (visual.booster ? 2 : 1) * visual.hiddenStride ** 2;
  return {
    ...prefixed(VIT_PREFIX, visionParameterShapes(visual.backbone)),
    [HEAD_WEIGHT]: [outputs, features],
    [HEAD_NORM_WEIGHT]: [outputs],
    [HEAD_NORM_BIAS]: [outputs],
    [VTE_WEIGHT]: [visual.vocabSize, llm.hiddenSize],
    ...prefixed(LLM_PREFIX, decoderParameterShapes(llm)),
  };
}

/** The part of the model that a parameter belongs to. */
export function partOf(name: string): ModelPart {
  if (name === VTE_WEIGHT) return 'vte';
  if (name.startsWith(HEAD_PREFIX)) return 'visual_head';
  if (name.startsWith(VIT_PREFIX)) return 'vit';
  if (name.startsWith(LLM_PREFIX)) return 'llm';
  throw new ParameterError(
    'BAD_PARAMETERS',
    `"${name}" belongs to no part of an Ovis model`,
    `Names begin with ${LLM_PREFIX}, ${VIT_PREFIX}, ${HEAD_PREFIX} or are ${VTE_WEIGHT}.`,
  );
}

/** Buffers that older files carry beside the weights; they are computed, not loaded. */
const BUFFERS = /(\.embeddings\.position_ids|\.rotary_emb\.inv_freq)$/;

/** Whether a tensor of a checkpoint is a buffer to be left out when loading. */
export function isBuffer(name: string): boolean {
  return BUFFERS.test(name);
}

/**
 * Compares names and shapes with the config; buffers of old files are ignored.
 * @throws ParameterError `BAD_PARAMETERS` that lists missing, unknown and mis-shaped names.
 */
export function checkParams(config: OvisConfig, params: Record<string, { shape: number[] }>): void {
  const expected = parameterShapes(config);
  const missing = Object.keys(expected).filter((name) => !(name in params));
  const extra = Object.keys(params).filter((name) => !(name in expected) && !isBuffer(name));
  const misshaped = Object.entries(expected)
    .filter(([name, shape]) => name in params && shape.join() !== params[name]?.shape.join())
    .map(([name, shape]) => `${name} is [${params[name]?.shape}], the config says [${shape}]`);
  const problems = [
    ...some('missing', missing),
    ...some('unknown', extra),
    ...some('with another shape', misshaped),
  ];
  if (problems.length === 0) return;
  throw new ParameterError(
    'BAD_PARAMETERS',
    `the weights do not fit config.json: ${problems.join('; ')}`,
    'Load the weights together with the config.json of the same folder.',
  );
}

/** `3 missing: a, b, c`, at most ten names. */
function some(what: string, names: string[]): string[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, 10).join(', ');
  return [`${names.length} ${what}: ${shown}${names.length > 10 ? ', ...' : ''}`];
}

function prefixed(prefix: string, shapes: ParameterShapes): ParameterShapes {
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [prefix + name, shape]));
}
