import { JsonReader } from '../json-reader.ts';

/** What all vision towers have (spec 2.1). */
interface VisionBase {
  /** Width `d`. */
  hiddenSize: number;
  intermediateSize: number;
  layers: number;
  heads: number;
  /** Side `S` of the square input in pixels. */
  imageSize: number;
  /** Side of a patch in pixels. */
  patchSize: number;
  channels: number;
  initializerRange: number;
}

/** CLIP's vision tower. */
export interface ClipVisionConfig extends VisionBase {
  kind: 'clip';
  layerNormEps: number;
  activation: 'quick_gelu' | 'gelu';
  /** Scale of the initialisers (Hugging Face's `initializer_factor`). */
  initializerFactor: number;
}

/** SigLIP's vision tower: no class token, no norm before the first block. */
export interface SiglipVisionConfig extends VisionBase {
  kind: 'siglip';
  layerNormEps: number;
  activation: 'gelu_pytorch_tanh' | 'gelu';
  /** Whether the files have the pooling head, which Ovis does not use (`vision_use_head`). */
  poolingHead: boolean;
}

/** Apple's AIMv2: RMSNorm, SwiGLU, one fused q-k-v product. */
export interface Aimv2VisionConfig extends VisionBase {
  kind: 'aimv2';
  rmsNormEps: number;
  qkvBias: boolean;
  mlpBias: boolean;
}

export type VisionConfig = ClipVisionConfig | SiglipVisionConfig | Aimv2VisionConfig;

/** Reads the `config.json` of a vision tower alone; that of a whole CLIP, SigLIP or AIMv2 works through its `vision_config`. */
export function parseVisionConfig(json: unknown): VisionConfig {
  const reader = new JsonReader(json, '');
  const tower = reader.get('vision_config') === undefined ? reader : reader.object('vision_config');
  return readVision(tower, [...OFFICIAL_TYPES, HF_AIMV2]);
}

/** AIMv2's as transformers has it; official Ovis configs call the same tower `aimv2`, as Apple's own files do. */
export const HF_AIMV2 = 'aimv2_vision_model';

const OFFICIAL_TYPES = ['clip_vision_model', 'siglip_vision_model', 'aimv2'] as const;

export function readVision(
  reader: JsonReader,
  types: readonly ((typeof OFFICIAL_TYPES)[number] | typeof HF_AIMV2)[] = OFFICIAL_TYPES,
): VisionConfig {
  const type = reader.oneOf('model_type', types);
  const base = readBase(reader, type === 'clip_vision_model' ? 32 : 14);
  switch (type) {
    case 'clip_vision_model':
      return {
        kind: 'clip',
        ...base,
        layerNormEps: reader.number('layer_norm_eps', 1e-5),
        activation: reader.oneOf('hidden_act', ['quick_gelu', 'gelu'] as const, 'quick_gelu'),
        initializerFactor: reader.number('initializer_factor', 1),
      };
    case 'siglip_vision_model':
      return {
        kind: 'siglip',
        ...base,
        layerNormEps: reader.number('layer_norm_eps', 1e-6),
        activation: reader.oneOf('hidden_act', ['gelu_pytorch_tanh', 'gelu'] as const, 'gelu_pytorch_tanh'),
        poolingHead: reader.boolean('vision_use_head', true),
      };
    case 'aimv2':
      return { ...readAimv2(reader, base), mlpBias: reader.boolean('use_bias', false) };
    case HF_AIMV2:
      return readHfAimv2(reader, base);
  }
}

/** Transformers' `Aimv2VisionConfig`. */
function readHfAimv2(reader: JsonReader, base: VisionBase): Aimv2VisionConfig {
  reader.oneOf('hidden_act', ['silu'] as const, 'silu');
  if (reader.boolean('is_native', false))
    throw reader.unsupported('is_native', true, 'false: towers of one resolution, with learned positions');
  const tower = { ...readAimv2(reader, base), mlpBias: reader.boolean('mlp_bias', false) };
  // There the attention's output has the bias of q, k and v, officially that of the MLP.
  if (tower.qkvBias !== tower.mlpBias)
    throw reader.unsupported('qkv_bias', tower.qkvBias, `${tower.mlpBias}, as mlp_bias is`);
  return tower;
}

/** A tower's config as official files have it. */
export function officialTower(json: Record<string, unknown>): Record<string, unknown> {
  if (json['model_type'] !== HF_AIMV2) return json;
  const { mlp_bias, hidden_act: _act, use_head: _head, is_native: _native, ...same } = json;
  return { ...same, architectures: ['AIMv2Model'], model_type: 'aimv2', use_bias: mlp_bias ?? false };
}

/** The `vision_config` of native `ovis2`: an AIMv2 tower under other names. */
export function readNativeVision(reader: JsonReader): Aimv2VisionConfig {
  reader.oneOf('hidden_act', ['silu'] as const, 'silu');
  return { ...readAimv2(reader, readBase(reader, 14)), mlpBias: reader.boolean('mlp_bias', false) };
}

function readAimv2(reader: JsonReader, base: VisionBase): Omit<Aimv2VisionConfig, 'mlpBias'> {
  return {
    kind: 'aimv2',
    ...base,
    rmsNormEps: reader.number('rms_norm_eps', 1e-5),
    qkvBias: reader.boolean('qkv_bias', false),
  };
}

function readBase(reader: JsonReader, patch: number): VisionBase {
  const hiddenSize = reader.size('hidden_size');
  const heads = reader.size('num_attention_heads');
  if (hiddenSize % heads !== 0)
    throw reader.wrong('num_attention_heads', heads, `a divisor of ${hiddenSize}`);
  const imageSize = reader.size('image_size', 224);
  const patchSize = reader.size('patch_size', patch);
  if (imageSize < patchSize) throw reader.wrong('patch_size', patchSize, `at most ${imageSize} pixels`);
  return {
    hiddenSize,
    intermediateSize: reader.size('intermediate_size'),
    layers: reader.size('num_hidden_layers'),
    heads,
    imageSize,
    patchSize,
    channels: reader.size('num_channels', 3),
    initializerRange: reader.number('initializer_range', 0.02),
  };
}

/** Patches per side. The convolution leaves out what is too little for a patch, as SigLIP's 384 pixels have 27 patches of 14. */
export function patchSide(c: Pick<VisionConfig, 'imageSize' | 'patchSize'>): number {
  return Math.floor(c.imageSize / c.patchSize);
}
