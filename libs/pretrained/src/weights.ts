import { openSafetensors, type StoredTensors } from '@ovis/checkpoint';
import type { ObjectStorage } from '@ovis/storage';
import { PretrainedError } from './errors.ts';

const SINGLE_FILE = 'model.safetensors';
export const INDEX_FILE = 'model.safetensors.index.json';

/**
 * The weights of a folder in Hugging Face layout, one file or shards with an index; nothing but headers is read.
 * @param prefix folder below the storage's URL, '' for the storage itself
 * @throws PretrainedError NO_WEIGHTS, BAD_INDEX; CheckpointError BAD_SAFETENSORS
 */
export async function openWeights(storage: ObjectStorage, prefix = ''): Promise<StoredTensors> {
  const key = (name: string): string => (prefix === '' ? name : `${prefix}/${name}`);
  if (await storage.head(key(INDEX_FILE))) return openShards(storage, key);
  if (await storage.head(key(SINGLE_FILE))) return (await openSafetensors(storage, key(SINGLE_FILE))).tensors;
  const where = prefix === '' ? storage.url : `${storage.url}/${prefix}`;
  for (const torch of ['pytorch_model.bin', 'pytorch_model.bin.index.json']) {
    if (await storage.head(key(torch))) {
      throw new PretrainedError(
        'NO_WEIGHTS',
        `${where} holds its weights in ${torch}, a pickle: reading one runs whatever program it contains`,
        'convert it with Python: save_pretrained(FOLDER, safe_serialization=True) of transformers, or safetensors.torch.save_file of what torch.load(FILE, weights_only=True) returns',
      );
    }
  }
  throw new PretrainedError(
    'NO_WEIGHTS',
    `${where} has neither ${SINGLE_FILE} nor ${INDEX_FILE}`,
    'give a folder in Hugging Face layout, downloaded whole',
  );
}

async function openShards(storage: ObjectStorage, key: (name: string) => string): Promise<StoredTensors> {
  const where = `${storage.url}/${key(INDEX_FILE)}`;
  const bad = (why: string, cause?: unknown): PretrainedError =>
    new PretrainedError('BAD_INDEX', `${where} ${why}`, 'download the folder again, whole', cause);
  let map: Record<string, unknown>;
  try {
    const json = JSON.parse(Buffer.from(await storage.get(key(INDEX_FILE))).toString('utf8')) as {
      weight_map?: Record<string, unknown>;
    };
    map = json.weight_map ?? {};
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw bad('is not JSON', cause);
  }
  const files = [...new Set(Object.values(map))];
  if (files.length === 0) throw bad('has no weight_map');
  const strange = files.find((name) => typeof name !== 'string' || !/^[^/\\]+\.safetensors$/.test(name));
  if (strange !== undefined) throw bad(`names the file ${JSON.stringify(strange)}`);
  const tensors: StoredTensors = {};
  const unlisted: string[] = [];
  for (const file of files as string[]) {
    if (!(await storage.head(key(file)))) throw bad(`names ${file}, which is not there`);
    for (const [name, tensor] of Object.entries((await openSafetensors(storage, key(file))).tensors)) {
      if (map[name] === file) tensors[name] = tensor;
      else unlisted.push(`${name} in ${file}`);
    }
  }
  const missing = Object.keys(map).filter((name) => !(name in tensors));
  if (missing.length > 0) throw bad(`names tensors that its shards lack: ${some(missing)}`);
  if (unlisted.length > 0) throw bad(`does not name tensors of its shards: ${some(unlisted)}`);
  return tensors;
}

function some(names: string[]): string {
  return `${names.slice(0, 10).join(', ')}${names.length > 10 ? `, ... (${names.length})` : ''}`;
}
