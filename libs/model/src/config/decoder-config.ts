import { JsonReader } from '../json-reader.ts';

/** Llama 3's stretched rotary frequencies (`rope_type: llama3`). */
export interface RopeScaling {
  factor: number;
  lowFreqFactor: number;
  highFreqFactor: number;
  originalMaxPositions: number;
}

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
  const family = reader.oneOf('model_type', ['llama', 'qwen2'] as const);
  reader.oneOf('hidden_act', ['silu'] as const, 'silu');
  if (reader.get('rope_scaling') !== undefined) {
    throw reader.unsupported('rope_scaling', reader.get('rope_scaling'), 'no rope scaling (null)');
  }
  if (reader.boolean('use_sliding_window', false)) {
    throw reader.unsupported('use_sliding_window', true, 'full attention (false)');
  }
  if (reader.boolean('mlp_bias', false)) throw reader.unsupported('mlp_bias', true, 'false');
  const hiddenSize = reader.size('hidden_size');
  const heads = reader.size('num_attention_heads');
  const kvHeads = reader.size('num_key_value_heads', heads);
  const headDim = reader.size('head_dim', hiddenSize / heads);
  if (heads % kvHeads !== 0)
    throw reader.wrong('num_key_value_heads', kvHeads, `a divisor of ${heads} heads`);
  if (headDim % 2 !== 0) throw reader.wrong('head_dim', headDim, 'an even number');
  const llamaBias = reader.boolean('attention_bias', false);
  return {
    family,
    vocabSize: reader.size('vocab_size'),
    hiddenSize,
    intermediateSize: reader.size('intermediate_size'),
    layers: reader.size('num_hidden_layers'),
    heads,
    kvHeads,
    headDim,
    rmsNormEps: reader.number('rms_norm_eps', 1e-6),
    ropeTheta: reader.number('rope_theta', 10000),
    tieWordEmbeddings: reader.boolean('tie_word_embeddings', false),
    qkvBias: family === 'qwen2' || llamaBias,
    outputBias: family === 'llama' && llamaBias,
    initializerRange: reader.number('initializer_range', 0.02),
    queryScale: headDim ** -0.5,
    activation: 'silu',
    gemma: false,
  };
}
