import {
  openCheckpoint,
  splitBySize,
  toFloat32,
  type CheckpointReader,
  type HostTensors,
  type StoredTensors,
  type TrainState,
} from '@ovis/checkpoint';
import { checkParams, parseOvisConfig, type OvisConfig, type Params } from '@ovis/model';
import { openStorage, splitUrl, type ObjectStorage } from '@ovis/storage';
import { tf } from '@ovis/tensorflow';
import type { TextTokenizer } from '@ovis/text';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PretrainedError } from './errors.ts';
import {
  jsonOf,
  OTHER_FILES,
  parseJson,
  readSmallFiles,
  TOKENIZER_FILES,
  tokenizerOf,
  type SmallFiles,
} from './model-files.ts';
import { fromNative, loadParams, officialTensors } from './model-weights.ts';
import { openWeights } from './weights.ts';

export type ModelFormat = 'official' | 'native' | 'checkpoint';

/** A model whose weights are not read yet. */
export interface StoredModel {
  /** Where it was found. */
  url: string;
  format: ModelFormat;
  config: OvisConfig;
  /** The content of its config.json: official, or native `ovis2`. */
  configJson: Record<string, unknown>;
  /** By official name, checked against the config. */
  tensors: StoredTensors;
  /** Tokenizer, preprocessor and generation files, as they are. */
  files: SmallFiles;
  /** Of a checkpoint. */
  state?: TrainState;
}

/** A model in memory. */
export interface PretrainedModel {
  config: OvisConfig;
  configJson: Record<string, unknown>;
  /** Tensors by official name (fp32, torch layouts); the caller's to dispose of. */
  params: Params;
  /** Undefined when the folder has no tokenizer.json. */
  tokenizer?: TextTokenizer;
  tokenizerFiles: SmallFiles;
  /** Content of preprocessor_config.json; empty without one. */
  preprocessor: Record<string, unknown>;
  generationConfig?: Record<string, unknown>;
  format: ModelFormat;
}

export interface OpenOptions {
  /** Where credentials and endpoints come from; default process.env. */
  env?: NodeJS.ProcessEnv;
}

/** The URL itself, or that of a path. */
export function modelUrl(urlOrPath: string, cwd = process.cwd()): string {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(urlOrPath)
    ? urlOrPath
    : pathToFileURL(resolve(cwd, urlOrPath)).href;
  return url.replace(/(?<=[^/])\/+$/, '');
}

/**
 * Finds a model and checks its names and shapes; the weights stay where they are.
 * @param urlOrPath `s3://`, `file://` or a path: a folder in Hugging Face layout (official, or native `ovis2`), one of our
 *   checkpoints, or the folder of our checkpoints (then the latest)
 * @throws PretrainedError, and the errors of model, checkpoint, storage and text
 */
export async function openModel(urlOrPath: string, o: OpenOptions = {}): Promise<StoredModel> {
  const url = modelUrl(urlOrPath);
  const storage = openStorage(url, o.env);
  if (await storage.head('manifest.json')) {
    const { base, key } = splitUrl(url);
    return fromCheckpoint(openStorage(base, o.env), key);
  }
  if (await storage.head('config.json')) return fromFolder(storage);
  if (await storage.head('latest.json')) return fromCheckpoint(storage, 'latest');
  throw new PretrainedError(
    'NO_MODEL',
    `there is no model at ${url}: neither config.json nor manifest.json nor latest.json`,
    'give a folder in Hugging Face layout, or a checkpoint (STORAGE/RUN/checkpoints/ID)',
  );
}

/** Opens a model and reads its weights: they are in memory once, as fp32, and one tensor more while it is read. */
export async function openPretrained(urlOrPath: string, o: OpenOptions = {}): Promise<PretrainedModel> {
  const model = await openModel(urlOrPath, o);
  const { config, configJson, format, files } = model;
  return {
    config,
    configJson,
    ...describeFiles(files, model.url),
    format,
    // Last: nothing above may fail while they are held.
    params: await loadParams(model.tensors),
  };
}

/**
 * A model from tensors that were read already. The data is shared.
 * @throws PretrainedError NO_MODEL, ParameterError BAD_PARAMETERS
 */
export function modelFromCheckpoint(
  tensors: HostTensors,
  files: Record<string, Uint8Array>,
  where = 'the checkpoint',
): PretrainedModel {
  const described = describeCheckpoint(tensors, files, where);
  return { ...described, params: toParams(tensors) };
}

/** Tensors that are read at the same time, bytes. */
const GROUP_BYTES = 256e6;

/**
 * The model of an open checkpoint: its weights are in memory once, and those once more that are being read.
 * @throws PretrainedError NO_MODEL, ParameterError BAD_PARAMETERS, CheckpointError CORRUPT
 */
export async function modelFromReader(reader: CheckpointReader): Promise<PretrainedModel> {
  const all = Object.fromEntries([...reader.tensors].filter(([, { part }]) => part !== 'optimizer'));
  const described = describeCheckpoint(all, reader.files, `checkpoint '${reader.manifest.id}'`);
  const params: Params = {};
  try {
    for (const group of splitBySize(all, GROUP_BYTES))
      Object.assign(params, toParams(await reader.readTensors(Object.keys(group))));
    return { ...described, params };
  } catch (error) {
    tf.dispose(params);
    throw error;
  }
}

function describeCheckpoint(
  tensors: Record<string, { shape: number[] }>,
  files: Readonly<Record<string, Uint8Array>>,
  where: string,
): Omit<PretrainedModel, 'params'> {
  const { 'config.json': configBytes, ...rest } = files;
  const configJson = configOf(configBytes, where);
  const config = parseOvisConfig(configJson);
  checkParams(config, tensors);
  return { config, configJson, ...describeFiles(rest, where), format: 'checkpoint' };
}

function toParams(tensors: HostTensors): Params {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [
      name,
      tf.tensor(toFloat32(tensor), [...tensor.shape], 'float32'),
    ]),
  );
}

/** What the small files say; nothing of the weights. */
export function describeFiles(
  files: SmallFiles,
  where: string,
): Pick<PretrainedModel, 'tokenizer' | 'tokenizerFiles' | 'preprocessor' | 'generationConfig'> {
  const tokenizer = tokenizerOf(files, where);
  const names = new Set<string>(TOKENIZER_FILES);
  return {
    ...(tokenizer ? { tokenizer } : {}),
    tokenizerFiles: Object.fromEntries(Object.entries(files).filter(([name]) => names.has(name))),
    preprocessor: jsonOf(files, 'preprocessor_config.json', where) ?? {},
    generationConfig: jsonOf(files, 'generation_config.json', where),
  };
}

function configOf(bytes: Uint8Array | undefined, where: string): Record<string, unknown> {
  if (bytes) return parseJson(bytes, `${where}/config.json`);
  throw new PretrainedError('NO_MODEL', `${where} has no config.json`, 'use another checkpoint');
}

async function fromFolder(storage: ObjectStorage): Promise<StoredModel> {
  const { url } = storage;
  const [configBytes, weights, files] = await Promise.all([
    storage.get('config.json'),
    openWeights(storage),
    readSmallFiles(storage, '', [...TOKENIZER_FILES, ...OTHER_FILES]),
  ]);
  const configJson = withTying(parseJson(configBytes, `${url}/config.json`), weights);
  const config = parseOvisConfig(configJson);
  const native = config.generation === 'native';
  const tensors = native ? await fromNative(config, weights) : await officialTensors(config, weights);
  return { url, format: native ? 'native' : 'official', config, configJson, tensors, files };
}

async function fromCheckpoint(storage: ObjectStorage, id: string): Promise<StoredModel> {
  const { manifest, tensors: all, files, state } = await openCheckpoint(storage, '', id);
  const url = `${storage.url}/${manifest.id}`;
  const { 'config.json': configBytes, ...rest } = files;
  const configJson = configOf(configBytes, url);
  const config = parseOvisConfig(configJson);
  const tensors = await officialTensors(config, all);
  return { url, format: 'checkpoint', config, configJson, tensors, files: rest, state };
}

/**
 * A file that does not say whether the embeddings are tied is believed by its weights: without an `lm_head` they are
 * (spec 7.2). What it says is never changed.
 */
function withTying(json: Record<string, unknown>, weights: StoredTensors): Record<string, unknown> {
  const llm = json['llm_config'] as Record<string, unknown> | undefined;
  if (json['model_type'] !== 'ovis' || typeof llm !== 'object' || llm === null) return json;
  if (typeof llm['tie_word_embeddings'] === 'boolean' || 'llm.lm_head.weight' in weights) return json;
  return { ...json, llm_config: { ...llm, tie_word_embeddings: true } };
}
