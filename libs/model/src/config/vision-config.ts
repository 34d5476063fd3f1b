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
  activation: 'gelu_pytorch_tanh';
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

export function readVision(reader: JsonReader): VisionConfig {
  reader.oneOf('model_type', ['clip_vision_model'] as const);
  const hiddenSize = reader.size('hidden_size');
  const heads = reader.size('num_attention_heads');
  if (hiddenSize % heads !== 0)
    throw reader.wrong('num_attention_heads', heads, `a divisor of ${hiddenSize}`);
  const imageSize = reader.size('image_size', 224);
  const patchSize = reader.size('patch_size', 32);
  if (imageSize % patchSize !== 0)
    throw reader.wrong('patch_size', patchSize, `a divisor of ${imageSize} pixels`);
  return {
    kind: 'clip',
    hiddenSize,
    intermediateSize: reader.size('intermediate_size'),
    layers: reader.size('num_hidden_layers'),
    heads,
    imageSize,
    patchSize,
    channels: reader.size('num_channels', 3),
    layerNormEps: reader.number('layer_norm_eps', 1e-5),
    activation: reader.oneOf('hidden_act', ['quick_gelu', 'gelu'] as const, 'quick_gelu'),
    initializerFactor: reader.number('initializer_factor', 1),
    initializerRange: reader.number('initializer_range', 0.02),
  };
}
