import { LLM_PREFIX, nativeTensors, parameterShapes, type NativeTensor, type OvisConfig } from '@ovis/model';
import type { CaseTensor, CaseTensors } from '../case/files.ts';

/** How the files of a case name the model's parameters: as the official code, or as transformers' own `ovis2` (spec 7.3). */
export interface GoldenNames {
  /** Every name that the files may use for a parameter. */
  parameters: readonly string[];
  /** The name of the head when it is the embedding table. */
  tiedHead?: string;
  /** Tensors under official names -> under the names of the files. */
  toGolden(tensors: CaseTensors): CaseTensors;
  /** Tensors under the names of the files -> under official names; those that the files have only in part are left out. */
  toOfficial(tensors: CaseTensors): CaseTensors;
}

export function goldenNames(config: OvisConfig): GoldenNames {
  const names = ownNames(config);
  if (!config.llm.tieWordEmbeddings) return names;
  // Some files store the tied head a second time under its own name.
  const head = config.generation === 'native' ? 'lm_head.weight' : `${LLM_PREFIX}lm_head.weight`;
  const table = `${LLM_PREFIX}model.embed_tokens.weight`;
  return {
    parameters: [...names.parameters, head],
    tiedHead: head,
    toGolden: (tensors) => {
      const tied = tensors[table];
      return { ...names.toGolden(tensors), ...(tied && { [head]: tied }) };
    },
    toOfficial: ({ [head]: _tied, ...tensors }) => names.toOfficial(tensors),
  };
}

function ownNames(config: OvisConfig): GoldenNames {
  if (config.generation !== 'native') {
    return {
      parameters: Object.keys(parameterShapes(config)),
      toGolden: (tensors) => tensors,
      toOfficial: (tensors) => tensors,
    };
  }
  const all = nativeTensors(config);
  const shapes = parameterShapes(config);
  return {
    parameters: all.map(({ native }) => native),
    toGolden: (tensors) =>
      Object.fromEntries(
        all.flatMap((piece) => {
          const whole = tensors[piece.official];
          return whole ? [[piece.native, { shape: piece.shape, data: cut(whole, piece) }]] : [];
        }),
      ),
    toOfficial: (tensors) => {
      const official: CaseTensors = {};
      for (const { official: name } of all) {
        const pieces = all.filter((piece) => piece.official === name).map(({ native }) => tensors[native]);
        if (pieces.every((piece) => piece !== undefined)) {
          official[name] ??= { shape: shapes[name]!, data: join(pieces) };
        }
      }
      return official;
    },
  };
}

/** Row-major, so equal pieces of the rows are equal pieces of the numbers. */
function cut({ data }: CaseTensor, { part, parts }: NativeTensor): CaseTensor['data'] {
  const size = data.length / parts;
  return data.subarray(part * size, (part + 1) * size);
}

function join(pieces: readonly CaseTensor[]): Float32Array {
  return Float32Array.from(pieces.flatMap(({ data }) => [...data]));
}
