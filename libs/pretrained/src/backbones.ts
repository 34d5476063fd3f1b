import type { StoredTensors } from '@ovis/checkpoint';
import {
  HEAD_PREFIX,
  initParams,
  LLM_PREFIX,
  newOvisConfig,
  parameterShapes,
  parseOvisConfig,
  VIT_PREFIX,
  VTE_WEIGHT,
  type NewOvisOptions,
} from '@ovis/model';
import { openStorage } from '@ovis/storage';
import { fromAimv2, loadParams, officialTensors } from './model-weights.ts';
import { parseJson, readSmallFiles, TOKENIZER_FILES } from './model-files.ts';
import { describeFiles, modelUrl, type OpenOptions, type PretrainedModel } from './open-model.ts';
import { openWeights } from './weights.ts';

/** The choices of the visual side (see newOvisConfig) and the seed of the fresh tensors. */
export type NewFromBackbones = Omit<NewOvisOptions, 'vit' | 'llm'> & OpenOptions & { seed: number };

/** What CLIP, SigLIP and AIMv2 have beside their vision tower. */
const NOT_THE_TOWER = [/^text_model\./, /^(visual|text)_projection\.weight$/, /^logit_(scale|bias)$/];

/**
 * A new Ovis from pre-trained backbones (spec 2.2): their weights, a fresh visual head and table.
 * @param urlOrPath folder with `vit/` (CLIP, SigLIP or AIMv2; a vision tower, or a whole model whose text tower is left out; AIMv2 under
 *   Apple's names or transformers') and
 *   `llm/` (Llama, Qwen2 or Gemma 2), both in Hugging Face layout
 * @throws PretrainedError, ModelConfigError, ParameterError listing missing, unknown and mis-shaped names
 */
export async function newFromBackbones(
  urlOrPath: string,
  { env, seed, ...choices }: NewFromBackbones,
): Promise<PretrainedModel> {
  const storage = openStorage(modelUrl(urlOrPath), env);
  const [vit, llm] = await Promise.all(
    ['vit', 'llm'].map(async (folder) =>
      parseJson(await storage.get(`${folder}/config.json`), `${storage.url}/${folder}/config.json`),
    ),
  );
  const configJson = newOvisConfig({ ...choices, vit: vit!, llm: llm! });
  const config = parseOvisConfig(configJson);
  const [vitWeights, llmWeights, vitFiles, llmFiles] = await Promise.all([
    openWeights(storage, 'vit'),
    openWeights(storage, 'llm'),
    readSmallFiles(storage, 'vit', ['preprocessor_config.json']),
    readSmallFiles(storage, 'llm', [...TOKENIZER_FILES, 'generation_config.json']),
  ]);
  const fresh = (name: string): boolean => name.startsWith(HEAD_PREFIX) || name === VTE_WEIGHT;
  const given = Object.fromEntries(
    Object.entries(vitWeights).filter(([name]) => !NOT_THE_TOWER.some((other) => other.test(name))),
  );
  const { backbone } = config.visual;
  // Apple's own files have the official names, transformers' others.
  const tower = backbone.kind === 'aimv2' && !isOfficialAimv2(given) ? fromAimv2(backbone, given) : given;
  const toDraw: StoredTensors = Object.fromEntries(
    Object.entries(parameterShapes(config))
      .filter(([name]) => fresh(name))
      .map(([name, shape]) => [name, { dtype: 'F32', shape, pieces: [] }]),
  );
  const checked = await officialTensors(config, {
    ...prefixed(VIT_PREFIX, tower),
    ...prefixed(LLM_PREFIX, llmWeights),
    ...toDraw,
  });
  const described = describeFiles({ ...vitFiles, ...llmFiles }, storage.url);
  const params = await loadParams(
    Object.fromEntries(Object.entries(checked).filter(([name]) => !fresh(name))),
  );
  return {
    config,
    configJson,
    ...described,
    format: 'official',
    params: { ...params, ...initParams(config, { seed, only: fresh }) },
  };
}

function isOfficialAimv2(weights: StoredTensors): boolean {
  return Object.keys(weights).some((name) => /^(preprocessor|trunk)\./.test(name));
}

function prefixed(prefix: string, tensors: StoredTensors): StoredTensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]));
}
