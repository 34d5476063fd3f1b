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

/** Reads the `config.json` of a vision tower alone; a whole CLIP model's file works through its `vision_config`. */
export function parseVisionConfig(json: unknown): VisionConfig {
  const reader = new JsonReader(json, '');
  return readVision(reader.get('vision_config') === undefined ? reader : reader.object('vision_config'));
}

const MODEL_TYPES = ['clip_vision_model', 'siglip_vision_model', 'aimv2'] as const;

export function readVision(reader: JsonReader): VisionConfig {
  const type = reader.oneOf('model_type', MODEL_TYPES);
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
  }
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
