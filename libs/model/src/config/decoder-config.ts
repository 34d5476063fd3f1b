import type { RopeScaling } from '@ovis/tensorflow';
import { JsonReader } from '../json-reader.ts';

export type { RopeScaling };

/** A decoder of the Llama, Qwen or Gemma 2 family (spec 2.6). */
export interface DecoderConfig {
  family: 'llama' | 'qwen2' | 'gemma2';
  vocabSize: number;
  /** Width `D`. */
  hiddenSize: number;
  intermediateSize: number;
  layers: number;
  heads: number;
  /** Key and value heads (grouped-query attention); divides `heads`. */
  kvHeads: number;
  headDim: number;
  rmsNormEps: number;
  ropeTheta: number;
  /** The logits use the embedding table; `lm_head.weight` is absent from the files. */
  tieWordEmbeddings: boolean;
  /** Biases of q, k and v (Qwen). */
  qkvBias: boolean;
  /** Bias of the attention output (Llama's `attention_bias`). */
  outputBias: boolean;
  initializerRange: number;
  /** Llama 3.1 and later. */
  ropeScaling?: RopeScaling;
  /** What scores are multiplied with: `headDim^-0.5`, in Gemma 2 `query_pre_attn_scalar^-0.5`. */
  queryScale: number;
  /** Of the GLU: SwiGLU, or Gemma's tanh-GELU. */
  activation: 'silu' | 'gelu_pytorch_tanh';
  /** Gemma: RMSNorm multiplies by `1 + w`, four norms per layer, embeddings (visual ones too) times `sqrt(D)`. */
  gemma: boolean;
  /** Soft cap `c tanh(x / c)` of attention scores and of the logits. */
  attentionSoftcap?: number;
  logitSoftcap?: number;
  /** Positions a query sees in layers with a sliding window, itself included; Gemma 2: every other layer, the first one included. */
  slidingWindow?: number;
}

/** Reads the `config.json` of a language model alone (a backbone folder). */
export function parseDecoderConfig(json: unknown): DecoderConfig {
  return readDecoder(new JsonReader(json, ''));
}

export function readDecoder(reader: JsonReader): DecoderConfig {
  const family = reader.oneOf('model_type', ['llama', 'qwen2', 'gemma2'] as const);
  if (reader.boolean('use_sliding_window', false)) {
    throw reader.unsupported('use_sliding_window', true, 'full attention (false)');
  }
  if (reader.boolean('mlp_bias', false)) throw reader.unsupported('mlp_bias', true, 'false');
  const hiddenSize = reader.size('hidden_size');
  const heads = reader.size('num_attention_heads');
  const kvHeads = reader.size('num_key_value_heads', heads);
  const headDim = reader.size('head_dim', family === 'gemma2' ? 256 : hiddenSize / heads);
  if (heads % kvHeads !== 0)
    throw reader.wrong('num_key_value_heads', kvHeads, `a divisor of ${heads} heads`);
  if (headDim % 2 !== 0) throw reader.wrong('head_dim', headDim, 'an even number');
  const attentionBias = reader.boolean('attention_bias', false);
  const layers = reader.size('num_hidden_layers');
  checkLayerTypes(reader, layers, family);
  return {
    family,
    vocabSize: reader.size('vocab_size'),
    hiddenSize,
    intermediateSize: reader.size('intermediate_size'),
    layers,
    heads,
    kvHeads,
    headDim,
    rmsNormEps: reader.number('rms_norm_eps', 1e-6),
    tieWordEmbeddings: reader.boolean('tie_word_embeddings', family === 'gemma2'),
    qkvBias: family === 'qwen2' || attentionBias,
    outputBias: family !== 'qwen2' && attentionBias,
    initializerRange: reader.number('initializer_range', 0.02),
    ...readRope(reader),
    ...(family === 'gemma2' ? readGemma2(reader) : readSwiglu(reader, headDim)),
  };
}

type Activation = Pick<DecoderConfig, 'queryScale' | 'activation' | 'gemma'>;
type Gemma2Parts = Activation & Pick<DecoderConfig, 'attentionSoftcap' | 'logitSoftcap' | 'slidingWindow'>;

function readSwiglu(reader: JsonReader, headDim: number): Activation {
  const activation = reader.oneOf('hidden_act', ['silu'] as const, 'silu');
  return { queryScale: headDim ** -0.5, activation, gemma: false };
}

/** What a Gemma 2 has besides; the defaults are those of Hugging Face's `Gemma2Config`, an explicit null means "none". */
function readGemma2(reader: JsonReader): Gemma2Parts {
  const optional = (key: string, fallback: number) =>
    reader.isNull(key) ? undefined : reader.number(key, fallback);
  const attentionSoftcap = optional('attn_logit_softcapping', 50);
  const logitSoftcap = optional('final_logit_softcapping', 30);
  const slidingWindow = reader.isNull('sliding_window') ? undefined : reader.size('sliding_window', 4096);
  return {
    queryScale: reader.number('query_pre_attn_scalar', 256) ** -0.5,
    activation: reader.oneOf('hidden_activation', ['gelu_pytorch_tanh'] as const, 'gelu_pytorch_tanh'),
    gemma: true,
    ...(attentionSoftcap !== undefined && { attentionSoftcap }),
    ...(logitSoftcap !== undefined && { logitSoftcap }),
    ...(slidingWindow !== undefined && { slidingWindow }),
  };
}

/**
 * The rotary embedding: `rope_theta` and `rope_scaling`, or both in the `rope_parameters` of transformers 5. Types: `default` (none) and
 * `llama3`.
 */
function readRope(reader: JsonReader): Pick<DecoderConfig, 'ropeTheta' | 'ropeScaling'> {
  const key = reader.get('rope_parameters') === undefined ? 'rope_scaling' : 'rope_parameters';
  if (reader.get(key) === undefined) return { ropeTheta: reader.number('rope_theta', 10000) };
  const rope = reader.object(key);
  const ropeTheta = (rope.get('rope_theta') === undefined ? reader : rope).number('rope_theta', 10000);
  const typeKey = rope.get('rope_type') === undefined ? 'type' : 'rope_type';
  const type = rope.oneOf(typeKey, ['default', 'llama3'] as const);
  if (type === 'default') return { ropeTheta };
  const ropeScaling = {
    factor: rope.number('factor'),
    lowFreqFactor: rope.number('low_freq_factor'),
    highFreqFactor: rope.number('high_freq_factor'),
    originalMaxPositions: rope.size('original_max_position_embeddings'),
  };
  if (ropeScaling.factor < 1) throw rope.wrong('factor', ropeScaling.factor, 'a number from 1');
  if (ropeScaling.highFreqFactor <= ropeScaling.lowFreqFactor) {
    throw rope.wrong('high_freq_factor', ropeScaling.highFreqFactor, 'more than low_freq_factor');
  }
  return { ropeTheta, ropeScaling };
}

/** `layer_types` of newer files must say what the family does anyway. */
function checkLayerTypes(reader: JsonReader, layers: number, family: DecoderConfig['family']): void {
  const types = reader.get('layer_types');
  if (types === undefined) return;
  const expected = Array.from({ length: layers }, (_, i) =>
    family === 'gemma2' && i % 2 === 0 ? 'sliding_attention' : 'full_attention',
  );
  if (JSON.stringify(types) !== JSON.stringify(expected)) {
    throw reader.unsupported('layer_types', types, expected.join(', '));
  }
}
