import {
  readStored,
  storedAs,
  storedEqual,
  storedJoin,
  storedReshape,
  storedRows,
  type StoredTensors,
} from '@ovis/checkpoint';
import {
  checkParams,
  isBuffer,
  LLM_PREFIX,
  nativeTensors,
  parameterShapes,
  type NativeTensor,
  type OvisConfig,
  type Params,
} from '@ovis/model';
import { tf } from '@ovis/tensorflow';
import { PretrainedError } from './errors.ts';

const LM_HEAD = `${LLM_PREFIX}lm_head.weight`;
const TABLE = `${LLM_PREFIX}model.embed_tokens.weight`;

/**
 * The tensors that the model needs among those of a file, by official name: buffers are left out, and so is the `lm_head` of a
 * tied model when it is there and equal to the table.
 * @throws ParameterError BAD_PARAMETERS listing missing, unknown and mis-shaped names; PretrainedError BAD_WEIGHTS
 */
export async function officialTensors(config: OvisConfig, all: StoredTensors): Promise<StoredTensors> {
  const tensors = Object.fromEntries(Object.entries(all).filter(([name]) => !isBuffer(name)));
  const { [LM_HEAD]: head, [TABLE]: table, ...rest } = tensors;
  if (config.llm.tieWordEmbeddings && head && table) {
    if (!(await storedEqual(head, table))) {
      throw new PretrainedError(
        'BAD_WEIGHTS',
        `config.json ties the embeddings, but ${LM_HEAD} differs from ${TABLE}`,
        'set "tie_word_embeddings" of the language model to false in config.json if the head was trained on its own',
      );
    }
    checkParams(config, { ...rest, [TABLE]: table });
    return { ...rest, [TABLE]: table };
  }
  checkParams(config, tensors);
  return tensors;
}

/** Tensors of a native `ovis2` by official name; q, k and v become one. Reads nothing. @throws ParameterError BAD_PARAMETERS */
export async function fromNative(config: OvisConfig, all: StoredTensors): Promise<StoredTensors> {
  const used = new Set<string>();
  const official: StoredTensors = {};
  const shapes = parameterShapes(config);
  const byName: Record<string, NativeTensor[]> = {};
  for (const tensor of nativeTensors(config)) (byName[tensor.official] ??= []).push(tensor);
  for (const [name, parts] of Object.entries(byName)) {
    const found = parts.map(({ native, shape }) => {
      used.add(native);
      const tensor = all[native];
      // A wrong shape is reported under the native name below.
      return tensor?.shape.join() === shape.join() ? tensor : undefined;
    });
    if (found.every((tensor) => tensor !== undefined)) {
      official[name] = storedReshape(storedJoin(found), shapes[name]!);
    }
  }
  checkNative(config, all, used);
  const head = all['lm_head.weight'];
  return officialTensors(
    config,
    head && config.llm.tieWordEmbeddings ? { ...official, [LM_HEAD]: head } : official,
  );
}

/** As checkParams, but with the names that the file has. */
function checkNative(config: OvisConfig, all: StoredTensors, used: Set<string>): void {
  const expected = new Map(nativeTensors(config).map(({ native, shape }) => [native, shape]));
  const list = (names: string[]): string =>
    `${names.slice(0, 10).join(', ')}${names.length > 10 ? ', ...' : ''}`;
  const missing = [...used].filter((name) => !(name in all));
  const tied = config.llm.tieWordEmbeddings;
  const extra = Object.keys(all).filter(
    (name) => !used.has(name) && !isBuffer(name) && !(tied && name === 'lm_head.weight'),
  );
  const misshaped = [...used]
    .filter((name) => name in all && all[name]!.shape.join() !== expected.get(name)!.join())
    .map((name) => `${name} is [${all[name]!.shape}], the config says [${expected.get(name)!}]`);
  const problems = [
    ...(missing.length > 0 ? [`${missing.length} missing: ${list(missing)}`] : []),
    ...(extra.length > 0 ? [`${extra.length} unknown: ${list(extra)}`] : []),
    ...(misshaped.length > 0 ? [`${misshaped.length} with another shape: ${list(misshaped)}`] : []),
  ];
  if (problems.length === 0) return;
  throw new PretrainedError(
    'BAD_WEIGHTS',
    `the weights do not fit config.json: ${problems.join('; ')}`,
    'load the weights together with the config.json of the same folder; names are those of transformers 4.56 and later',
  );
}

/** Tensors by native name; q, k and v are cut out of the fused product. Reads nothing. @throws ModelConfigError UNSUPPORTED */
export function toNative(config: OvisConfig, tensors: StoredTensors): StoredTensors {
  return Object.fromEntries(
    nativeTensors(config).map(({ native, shape, official, part, parts }) => {
      const whole = tensors[official]!;
      const rows = (whole.shape[0] ?? 1) / parts;
      const piece = parts === 1 ? whole : storedRows(whole, part * rows, (part + 1) * rows);
      return [native, storedReshape(piece, shape)];
    }),
  );
}

/** Reads tensors into the engine as fp32, one after the other: one more than they take there is in memory. */
export async function loadParams(tensors: StoredTensors): Promise<Params> {
  const params: Params = {};
  try {
    for (const [name, tensor] of Object.entries(storedAs(tensors, 'F32'))) {
      if (tensor.dtype !== 'F32') throw noFloats(name, tensor.dtype);
      const { data, shape } = await readStored(tensor);
      params[name] = tf.tensor(data as Float32Array, shape, 'float32');
    }
    return params;
  } catch (error) {
    tf.dispose(params);
    throw error;
  }
}

function noFloats(name: string, dtype: string): PretrainedError {
  return new PretrainedError(
    'BAD_WEIGHTS',
    `${name} is of ${dtype}, no floats`,
    'quantised weights are not read here: use the original ones (F32, F16 or BF16)',
  );
}
