import { decodeSafetensors, toFloat32, type HostTensors } from '@ovis/checkpoint';
import { initParams, newOvisConfig, parseOvisConfig, type OvisConfig, type Params } from '@ovis/model';
import type { RunConfig } from '@ovis/config';
import { openStorage, type ObjectStorage } from '@ovis/storage';
import { createFormatter, TextTokenizer, type ConversationFormatter } from '@ovis/text';
import { tf } from '@ovis/tensorflow';
import { TrainerError } from './errors.ts';

/** Files that travel with every checkpoint beside the weights, so that it can be used alone. */
export const MODEL_FILES = [
  'config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'preprocessor_config.json',
] as const;

export type ModelFiles = Record<(typeof MODEL_FILES)[number], Uint8Array>;

/** A model in memory: tensors by official name and the files that describe it. */
export interface LoadedModel {
  config: OvisConfig;
  params: Params;
  files: ModelFiles;
  tokenizer: TextTokenizer;
  formatter: ConversationFormatter;
  preprocessor: { image_mean?: number[]; image_std?: number[] };
}

/** A new Ovis from pre-trained backbones (spec 2.2): their weights, a fresh visual head and table. */
export async function modelFromBackbones(run: RunConfig): Promise<LoadedModel> {
  const storage = openStorage(run.model.backbones);
  const [vit, llm, tokenizer, tokenizerConfig, preprocessor] = await Promise.all(
    [
      'vit/config.json',
      'llm/config.json',
      'llm/tokenizer.json',
      'llm/tokenizer_config.json',
      'vit/preprocessor_config.json',
    ].map((key) => storage.get(key)),
  );
  const json = newOvisConfig({
    vit: parseJson(vit as Uint8Array, storage, 'vit/config.json'),
    llm: parseJson(llm as Uint8Array, storage, 'llm/config.json'),
    visualVocabSize: run.model.visualVocabSize,
    tokenizeFunction: run.model.tokenizeFunction,
    tau: run.model.tau,
    useIndicators: run.model.useIndicators,
    multimodalMaxLength: run.model.multimodalMaxLength,
    conversationFormatter: run.model.conversationFormatter,
  });
  const config = parseOvisConfig(json);
  const [vitWeights, llmWeights] = await Promise.all([
    readWeights(storage, 'vit/model.safetensors'),
    readWeights(storage, 'llm/model.safetensors'),
  ]);
  const params: Params = {
    ...toTensors(vitWeights, 'visual_tokenizer.backbone.'),
    ...toTensors(llmWeights, 'llm.'),
    ...initParams(config, {
      seed: run.seed,
      only: (name) => name.startsWith('visual_tokenizer.head.') || name === 'vte.weight',
    }),
  };
  return assemble(params, {
    'config.json': Buffer.from(`${JSON.stringify(json, null, 2)}\n`),
    'tokenizer.json': tokenizer as Uint8Array,
    'tokenizer_config.json': tokenizerConfig as Uint8Array,
    'preprocessor_config.json': preprocessor as Uint8Array,
  });
}

/** A model from the tensors and files of a checkpoint. */
export function assembleModel(tensors: HostTensors, files: Record<string, Uint8Array>): LoadedModel {
  const missing = MODEL_FILES.find((name) => !files[name]);
  if (missing)
    throw new TrainerError(
      'CORRUPT_CHECKPOINT',
      `the checkpoint has no ${missing}`,
      'Resume from an earlier checkpoint: ovis resume RUN --from CHECKPOINT.',
      false,
    );
  return assemble(toTensors(tensors, ''), files as ModelFiles);
}

function assemble(params: Params, files: ModelFiles): LoadedModel {
  const json = (name: keyof ModelFiles): unknown => JSON.parse(Buffer.from(files[name]).toString('utf8'));
  const config = parseOvisConfig(json('config.json'));
  const tokenizer = TextTokenizer.fromFiles(json('tokenizer.json'), json('tokenizer_config.json'));
  return {
    config,
    params,
    files,
    tokenizer,
    formatter: createFormatter(config.conversationFormatter, tokenizer),
    preprocessor: json('preprocessor_config.json') as LoadedModel['preprocessor'],
  };
}

async function readWeights(storage: ObjectStorage, key: string): Promise<HostTensors> {
  return decodeSafetensors(await storage.get(key)).tensors;
}

function toTensors(tensors: HostTensors, prefix: string): Params {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [
      prefix + name,
      tf.tensor(toFloat32(tensor), [...tensor.shape], 'float32'),
    ]),
  );
}

function parseJson(bytes: Uint8Array, storage: ObjectStorage, key: string): object {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as object;
  } catch (cause) {
    throw new TrainerError(
      'BAD_DATA',
      `${storage.url}/${key} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
      'model.backbones must name a folder with vit/ and llm/ in Hugging Face layout.',
      false,
    );
  }
}
