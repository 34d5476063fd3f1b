import { isDeepStrictEqual } from 'node:util';
import { safetensorsChunks, splitBySize, storedBytes, type StoredTensors } from '@ovis/checkpoint';
import type { OvisConfig } from '@ovis/model';
import { mainDtype, targetDtype, torchDtype, type DtypeName } from './dtypes.ts';
import { jsonFile, jsonOf, tokenizerOf, type SmallFiles } from './model-files.ts';
import { toNative } from './model-weights.ts';
import { withMeanRows } from './more-rows.ts';
import {
  checkNative,
  differences,
  nativeConfig,
  nativePreprocessor,
  officialConfig,
  officialPreprocessor,
  processorConfig,
  type Json,
} from './native-config.ts';
import { imageTokenIds, withImageTokens } from './native-tokenizer.ts';
import { INDEX_FILE } from './weights.ts';

/** What a model is written from. */
export interface ModelToWrite {
  /** For messages. */
  url: string;
  config: OvisConfig;
  configJson: Json;
  /** By official name. */
  tensors: StoredTensors;
  files: SmallFiles;
}

/** A model in one of the two Hugging Face layouts. */
export interface Layout {
  configJson: Json;
  /** By the names of the layout. */
  tensors: StoredTensors;
  files: SmallFiles;
  /** What is not the same afterwards. */
  warnings: string[];
}

const TABLES = ['llm.model.embed_tokens.weight', 'llm.lm_head.weight'];

/** The model as an official folder. Reads no weights. */
export function officialLayout(model: ModelToWrite, dtype: DtypeName): Layout {
  const { config, configJson, tensors } = model;
  const type = targetDtype(dtype) ?? mainDtype(tensors);
  const { 'processor_config.json': processor, ...files } = withGenerationConfig(model);
  const preprocessor = jsonOf(files, 'preprocessor_config.json', model.url) ?? {};
  if (config.generation !== 'native') {
    const wanted = officialPreprocessor(config, preprocessor);
    // A file that says it all is written as it is.
    const same = isDeepStrictEqual(wanted, preprocessor);
    return {
      configJson: withDtype(configJson, torchDtype(type)),
      tensors,
      files: {
        ...files,
        ...(processor && { 'processor_config.json': processor }),
        ...(!same && { 'preprocessor_config.json': jsonFile(wanted) }),
      },
      warnings: [],
    };
  }
  const { image_mean, image_std } = preprocessor;
  const kept = {
    ...(image_mean !== undefined && { image_mean }),
    ...(image_std !== undefined && { image_std }),
  };
  return {
    configJson: officialConfig(config, configJson, { dtype: type }),
    tensors,
    files: { ...files, 'preprocessor_config.json': jsonFile(officialPreprocessor(config, kept)) },
    warnings: differences(config, 'official'),
  };
}

/**
 * The model as a folder of transformers' own `ovis2`.
 * @throws PretrainedError UNSUPPORTED
 */
export async function nativeLayout(model: ModelToWrite, dtype: DtypeName): Promise<Layout> {
  const { config, configJson, url } = model;
  const type = targetDtype(dtype) ?? mainDtype(model.tensors);
  const files = withGenerationConfig(model);
  if (config.generation === 'native') {
    return {
      configJson: { ...configJson, dtype: torchDtype(type) },
      tensors: toNative(config, model.tensors),
      files,
      warnings: [],
    };
  }
  checkNative(config);
  const warnings = differences(config, 'native');
  const ids = imageTokenIds(files, url);
  const vocabSize = Math.max(config.llm.vocabSize, ...ids.map((id) => id + 1));
  const extended = { ...config, llm: { ...config.llm, vocabSize } };
  const added = vocabSize - config.llm.vocabSize;
  const tensors = { ...model.tensors };
  if (added > 0) {
    for (const name of TABLES) {
      if (tensors[name]) tensors[name] = await withMeanRows(tensors[name], added);
    }
    warnings.push(
      `the text vocabulary grows from ${config.llm.vocabSize} to ${vocabSize} for the image tokens; the new rows are the mean of the others, so that greedy output stays`,
    );
  }
  const preprocessor = jsonOf(files, 'preprocessor_config.json', url) ?? {};
  return {
    configJson: nativeConfig(config, configJson, { ids, vocabSize, dtype: type }),
    tensors: toNative(extended, tensors),
    files: {
      ...withImageTokens(files, ids, url),
      'preprocessor_config.json': jsonFile(nativePreprocessor(config, preprocessor)),
      'processor_config.json': jsonFile(processorConfig(config)),
    },
    warnings,
  };
}

/** A file and its bytes, made when it is asked for. */
export interface FileToWrite {
  name: string;
  bytes: number;
  chunks: AsyncIterable<Uint8Array>;
}

/** The weights as `model.safetensors`, or as shards of at most `maxShardBytes` (or one tensor) and their index. */
export function weightFiles(
  tensors: StoredTensors,
  maxShardBytes: number,
): { shards: FileToWrite[]; index?: { name: string; bytes: Uint8Array } } {
  const groups = splitBySize(tensors, maxShardBytes);
  const map: Record<string, string> = {};
  const shards = groups.map((group, i): FileToWrite => {
    const name =
      groups.length === 1
        ? 'model.safetensors'
        : `model-${numbered(i + 1)}-of-${numbered(groups.length)}.safetensors`;
    for (const tensor of Object.keys(group)) map[tensor] = name;
    return { name, ...safetensorsChunks(group, { format: 'pt' }) };
  });
  if (groups.length === 1) return { shards };
  const total = Object.values(tensors).reduce((sum, tensor) => sum + storedBytes(tensor), 0);
  const sorted = Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    shards,
    index: { name: INDEX_FILE, bytes: jsonFile({ metadata: { total_size: total }, weight_map: sorted }) },
  };
}

function numbered(n: number): string {
  return String(n).padStart(5, '0');
}

/** Nested configs keep what they say of themselves; transformers goes by the outer one. */
function withDtype(json: Json, dtype: string): Json {
  return { ...json, [json['dtype'] === undefined ? 'torch_dtype' : 'dtype']: dtype };
}

/** Our checkpoints carry no generation_config.json: end and pad token are those of the tokenizer. */
function withGenerationConfig(model: ModelToWrite): SmallFiles {
  const { files, url } = model;
  if (files['generation_config.json']) return files;
  const config = jsonOf(files, 'tokenizer_config.json', url);
  const tokenizer = tokenizerOf(files, url);
  if (!config || !tokenizer) return files;
  const id = (key: string): Json => {
    const token = config[key] as string | { content?: string } | null | undefined;
    const content = typeof token === 'string' ? token : token?.content;
    return content === undefined ? {} : { [`${key}_id`]: tokenizer.tokenId(content) };
  };
  const json = { ...id('bos_token'), ...id('eos_token'), ...id('pad_token') };
  return Object.keys(json).length === 0 ? files : { ...files, 'generation_config.json': jsonFile(json) };
}
