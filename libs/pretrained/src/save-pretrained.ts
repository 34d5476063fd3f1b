import { storedBytes, type StoredTensors } from '@ovis/checkpoint';
import { asFloat32, type Params } from '@ovis/model';
import type { tf } from '@ovis/tensorflow';
import { inDtype, type DtypeName } from './dtypes.ts';
import { PretrainedError } from './errors.ts';
import { nativeLayout, officialLayout, weightFiles, type Layout, type ModelToWrite } from './layout.ts';
import { jsonFile, type SmallFiles } from './model-files.ts';
import { modelUrl, type PretrainedModel } from './open-model.ts';
import { fillFolder } from './target-folder.ts';

export interface SaveOptions {
  /** Default: the format the model came in; a checkpoint's model as official, or native when its config is. */
  format?: 'official' | 'native';
  /** Element type of the weights; default `keep`. A model in memory is fp32. */
  dtype?: DtypeName;
  /** Weights beyond this are written as shards. Default 5 GB, as transformers does. */
  maxShardBytes?: number;
  env?: NodeJS.ProcessEnv;
  /** Stops between two chunks; nothing is left behind. */
  signal?: AbortSignal;
}

export interface SavedFile {
  name: string;
  bytes: number;
}

export interface Saved {
  url: string;
  files: SavedFile[];
  warnings: string[];
}

const MAX_SHARD_BYTES = 5e9;

/**
 * Writes a model as a Hugging Face folder, official or native `ovis2`: weights (streamed), config.json, tokenizer, preprocessor
 * and generation files. The folder must be empty or missing and is there whole or not at all (see fillFolder).
 * @throws PretrainedError UNSUPPORTED, TARGET_EXISTS, STOPPED; storage failures
 */
export async function savePretrained(
  target: string,
  model: PretrainedModel | ModelToWrite,
  o: SaveOptions = {},
): Promise<Saved> {
  const { files, layout, write } = await planFolder(target, asModelToWrite(model), o);
  await write();
  return { url: modelUrl(target), files, warnings: layout.warnings };
}

/** What savePretrained would write; nothing is written before `write` is called. */
export async function planFolder(
  target: string,
  model: ModelToWrite,
  o: SaveOptions,
): Promise<{ files: SavedFile[]; layout: Layout; write: () => Promise<void> }> {
  const dtype = o.dtype ?? 'keep';
  const format = o.format ?? (model.config.generation === 'native' ? 'native' : 'official');
  const layout = format === 'native' ? await nativeLayout(model, dtype) : officialLayout(model, dtype);
  const tensors = stoppable(inDtype(layout.tensors, dtype), o.signal);
  const { shards, index } = weightFiles(tensors, o.maxShardBytes ?? MAX_SHARD_BYTES);
  const small: SmallFiles = { ...layout.files, ...(index ? { [index.name]: index.bytes } : {}) };
  const config = { name: 'config.json', bytes: jsonFile(layout.configJson) };
  const files = [
    ...shards.map(({ name, bytes }) => ({ name, bytes })),
    ...Object.entries({ ...small, [config.name]: config.bytes }).map(([name, bytes]) => ({
      name,
      bytes: bytes.length,
    })),
  ];
  const write = (): Promise<void> =>
    fillFolder(
      modelUrl(target),
      o.env,
      async (storage) => {
        for (const { name, chunks } of shards) await storage.putChunks(name, chunks);
        for (const [name, bytes] of Object.entries(small)) await storage.put(name, bytes);
      },
      config,
    );
  return { files, layout, write };
}

/** The same tensors, whose reading fails with STOPPED once the signal aborts. */
export function stoppable(tensors: StoredTensors, signal: AbortSignal | undefined): StoredTensors {
  if (!signal) return tensors;
  const read =
    (inner: (begin: number, end: number) => Promise<Uint8Array>) =>
    (begin: number, end: number): Promise<Uint8Array> => {
      if (signal.aborted) throw new PretrainedError('STOPPED', 'stopped; nothing was left behind', '');
      return inner(begin, end);
    };
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [
      name,
      {
        ...tensor,
        pieces: tensor.pieces.map((piece) => ({
          length: piece.length,
          read: read((begin, end) => piece.read(begin, end)),
        })),
      },
    ]),
  );
}

function asModelToWrite(model: PretrainedModel | ModelToWrite): ModelToWrite {
  if ('tensors' in model) return model;
  const { config, configJson, params, tokenizerFiles, preprocessor, generationConfig } = model;
  return {
    url: 'the model',
    config,
    configJson,
    tensors: storedParams(params),
    files: {
      ...tokenizerFiles,
      'preprocessor_config.json': jsonFile(preprocessor),
      ...(generationConfig ? { 'generation_config.json': jsonFile(generationConfig) } : {}),
    },
  };
}

/** Tensors of the engine as stored ones: each is fetched when it is read, and let go behind its last byte. */
function storedParams(params: Params): StoredTensors {
  return Object.fromEntries(
    Object.entries(params).map(([name, tensor]) => {
      const length = storedBytes({ dtype: 'F32', shape: tensor.shape });
      let held: Promise<Uint8Array> | undefined;
      const read = async (begin: number, end: number): Promise<Uint8Array> => {
        held ??= floatBytes(tensor);
        const bytes = await held;
        if (end === length) held = undefined;
        return bytes.subarray(begin, end);
      };
      return [name, { dtype: 'F32' as const, shape: tensor.shape, pieces: [{ length, read }] }];
    }),
  );
}

async function floatBytes(tensor: tf.Tensor): Promise<Uint8Array> {
  const floats = asFloat32(tensor);
  const data = await floats.data();
  if (floats !== tensor) floats.dispose();
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
