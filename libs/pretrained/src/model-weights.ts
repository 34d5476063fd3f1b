import {
  readStored,
  storedAs,
  storedEqual,
  storedJoin,
  storedReshape,
  storedRows,
  type StoredTensor,
  type StoredTensors,
} from '@ovis/checkpoint';
import {
  aimv2Tensors,
  checkParams,
  isBuffer,
  LLM_PREFIX,
  nativeTensors,
  parameterShapes,
  visionParameterShapes,
  type Aimv2VisionConfig,
  type NativeTensor,
  type OvisConfig,
  type Params,
} from '@ovis/model';
import { bfloat16Tensor, tf } from '@ovis/tensorflow';
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

/** Tensors of a native `ovis2` by official name; q, k and v become one. Reads nothing. @throws PretrainedError BAD_WEIGHTS */
export async function fromNative(config: OvisConfig, all: StoredTensors): Promise<StoredTensors> {
  const { 'lm_head.weight': head, ...rest } = all;
  const tied = config.llm.tieWordEmbeddings && head !== undefined;
  const official = fromPieces(nativeTensors(config), parameterShapes(config), tied ? rest : all);
  return officialTensors(config, tied ? { ...official, [LM_HEAD]: head } : official);
}

/**
 * Tensors of transformers' AIMv2 by the official names of a tower; of a whole AIMv2 those of its vision model. Reads nothing.
 * @throws PretrainedError BAD_WEIGHTS
 */
export function fromAimv2(tower: Aimv2VisionConfig, all: StoredTensors): StoredTensors {
  const inModel = Object.keys(all).some((name) => name.startsWith('vision_model.'));
  const own = Object.entries(all).map(([name, tensor]) => [
    inModel ? name.replace(/^vision_model\./, '') : name,
    tensor,
  ]);
  const kept = own.filter(([name]) => !/^head\./.test(name as string));
  return fromPieces(
    aimv2Tensors(tower),
    visionParameterShapes(tower),
    Object.fromEntries(kept) as StoredTensors,
  );
}

/** Joins the pieces that another format has of each official tensor. As checkParams, but with the names that the file has. */
function fromPieces(
  pieces: readonly NativeTensor[],
  shapes: Record<string, number[]>,
  all: StoredTensors,
): StoredTensors {
  const expected = new Map(pieces.map(({ native, shape }) => [native, shape]));
  const list = (names: string[]): string =>
    `${names.slice(0, 10).join(', ')}${names.length > 10 ? ', ...' : ''}`;
  const missing = [...expected.keys()].filter((name) => !(name in all));
  const extra = Object.keys(all).filter((name) => !expected.has(name) && !isBuffer(name));
  const misshaped = [...expected]
    .filter(([name, shape]) => name in all && all[name]!.shape.join() !== shape.join())
    .map(([name, shape]) => `${name} is [${all[name]!.shape}], the config says [${shape}]`);
  const problems = [
    ...(missing.length > 0 ? [`${missing.length} missing: ${list(missing)}`] : []),
    ...(extra.length > 0 ? [`${extra.length} unknown: ${list(extra)}`] : []),
    ...(misshaped.length > 0 ? [`${misshaped.length} with another shape: ${list(misshaped)}`] : []),
  ];
  if (problems.length > 0) {
    throw new PretrainedError(
      'BAD_WEIGHTS',
      `the weights do not fit config.json: ${problems.join('; ')}`,
      'load the weights together with the config.json of the same folder; names are those of transformers 4.56 and later',
    );
  }
  const byName: Record<string, NativeTensor[]> = {};
  for (const piece of pieces) (byName[piece.official] ??= []).push(piece);
  return Object.fromEntries(
    Object.entries(byName).map(([name, parts]) => [
      name,
      storedReshape(storedJoin(parts.map(({ native }) => all[native]!)), shapes[name]!),
    ]),
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

export interface LoadOptions {
  /** Matrices that are stored as bfloat16 stay so in memory, for inference: the model makes them fp32 where it uses them. Default false. */
  keepBfloat16?: boolean;
}

/** Reads tensors into the engine as fp32, one after the other: one more than they take there is in memory. */
export async function loadParams(tensors: StoredTensors, o: LoadOptions = {}): Promise<Params> {
  const params: Params = {};
  const kept = (stored: StoredTensor): boolean =>
    o.keepBfloat16 === true && stored.dtype === 'BF16' && stored.shape.length > 1 && holdsBfloat16();
  const floats = storedAs(tensors, 'F32');
  try {
    for (const [name, stored] of Object.entries(tensors)) {
      if (kept(stored)) {
        const { data, shape } = await readStored(stored);
        // TensorFlow takes the bits as they are.
        params[name] = tf.engine().makeTensor(data as unknown as Float32Array, shape, BFLOAT16) as tf.Tensor;
        continue;
      }
      const tensor = floats[name]!;
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

const BFLOAT16 = 'bfloat16' as tf.DataType;

/** WASM has no such type. */
function holdsBfloat16(): boolean {
  const sample = bfloat16Tensor(Float32Array.of(1), [1]);
  const { dtype } = sample;
  sample.dispose();
  return dtype === BFLOAT16;
}

function noFloats(name: string, dtype: string): PretrainedError {
  return new PretrainedError(
    'BAD_WEIGHTS',
    `${name} is of ${dtype}, no floats`,
    'quantised weights are not read here: use the original ones (F32, F16 or BF16)',
  );
}
