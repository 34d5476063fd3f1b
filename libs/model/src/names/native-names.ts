import type { Aimv2VisionConfig, OvisConfig } from '../config/index.ts';
import { ModelConfigError } from '../errors.ts';
import { LLM_PREFIX, parameterShapes, VIT_PREFIX } from '../parameter-shapes.ts';
import { aimv2ParameterShapes } from '../vision/aimv2.ts';

/**
 * One tensor of transformers' own `ovis2` and where it lies in the official one: the `part`-th of `parts` equal pieces of its
 * rows (q, k and v are thirds of the fused product; everything else is whole).
 */
export interface NativeTensor {
  /** The tensor's name in the other format. */
  native: string;
  /** Of the native tensor; the position table has no leading 1 there. */
  shape: number[];
  official: string;
  part: number;
  parts: number;
}

const TOWER = 'model.vision_tower.transformer.';
const PATCHES = `${VIT_PREFIX}preprocessor.`;
const BLOCK = new RegExp(
  `^${VIT_PREFIX.replaceAll('.', '\\.')}trunk\\.blocks\\.(\\d+)\\.(.+)\\.(weight|bias)$`,
);

/** Single tensors (spec 7.3). */
const SINGLE: Record<string, string> = {
  'vte.weight': 'model.visual_embeddings_table.weight',
  'visual_tokenizer.head.0.weight': 'model.vision_tower.head_linear.weight',
  'visual_tokenizer.head.1.weight': 'model.vision_tower.head_norm.weight',
  'visual_tokenizer.head.1.bias': 'model.vision_tower.head_norm.bias',
  [`${PATCHES}patchifier.proj.weight`]: `${TOWER}embeddings.patch_embedding.weight`,
  [`${PATCHES}patchifier.proj.bias`]: `${TOWER}embeddings.patch_embedding.bias`,
  [`${PATCHES}patchifier.norm.weight`]: `${TOWER}embeddings.rms_norm.weight`,
  [`${PATCHES}pos_embed`]: `${TOWER}embeddings.position_embedding.weight`,
  [`${VIT_PREFIX}trunk.post_trunk_norm.weight`]: `${TOWER}rms_norm.weight`,
  [`${LLM_PREFIX}lm_head.weight`]: 'lm_head.weight',
};

/** Inside a block of the tower; several native names: equal pieces in this order. */
const IN_BLOCK: Record<string, string[]> = {
  'attn.qkv': ['attention.q_proj', 'attention.k_proj', 'attention.v_proj'],
  'attn.proj': ['attention.out_proj'],
  norm_1: ['rms_norm1'],
  norm_2: ['rms_norm2'],
  'mlp.fc1': ['ffn.gate_proj'],
  'mlp.fc3': ['ffn.up_proj'],
  'mlp.fc2': ['ffn.down_proj'],
};

/**
 * Every tensor of a native `ovis2` (names of transformers 4.56 on) with its place in the official names, in the official order.
 * @throws ModelConfigError UNSUPPORTED for a model that native cannot hold: other towers than AIMv2, other LLMs than Qwen2
 */
export function nativeTensors(config: OvisConfig): NativeTensor[] {
  return Object.entries(parameterShapes(config)).flatMap(([official, shape]) =>
    nativeNamesOf(official).map((native, part, { length: parts }) => ({
      native,
      shape: native === SINGLE[`${PATCHES}pos_embed`] ? shape.slice(1) : dividedRows(shape, parts),
      official,
      part,
      parts,
    })),
  );
}

/**
 * Every tensor of transformers' `Aimv2VisionModel` that a tower takes, with its place among the official names (below the tower's
 * prefix): native `ovis2` has the same tower under almost the same names. Its pooling head is none of the tower.
 */
export function aimv2Tensors(tower: Aimv2VisionConfig): NativeTensor[] {
  const shapes = aimv2ParameterShapes(tower);
  return Object.entries(shapes).flatMap(([official, shape]) =>
    nativeNamesOf(VIT_PREFIX + official).map((name, part, { length: parts }) => ({
      native: name.slice(TOWER.length).replace(/^embeddings\.patch_embedding\./, 'embeddings.patch_embed.'),
      shape: official === 'preprocessor.pos_embed' ? shape.slice(1) : dividedRows(shape, parts),
      official,
      part,
      parts,
    })),
  );
}

/** The native tensors that an official one becomes. @throws ModelConfigError UNSUPPORTED */
export function nativeNamesOf(official: string): string[] {
  const single = SINGLE[official];
  if (single !== undefined) return [single];
  const decoder = `${LLM_PREFIX}model.`;
  if (official.startsWith(decoder)) return [`model.language_model.${official.slice(decoder.length)}`];
  const [, index, inside, kind] = BLOCK.exec(official) ?? [];
  const names = IN_BLOCK[inside ?? ''];
  if (names) return names.map((name) => `${TOWER}encoder.layers.${index}.${name}.${kind}`);
  throw new ModelConfigError(
    'UNSUPPORTED',
    `native ovis2 has no place for ${official}`,
    'Native ovis2 is an AIMv2 tower with a Qwen2 decoder (Ovis 2); keep other models in the official format.',
  );
}

function dividedRows([rows = 1, ...rest]: number[], parts: number): number[] {
  return [rows / parts, ...rest];
}
