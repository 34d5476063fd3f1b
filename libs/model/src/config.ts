import { ModelConfigError } from './errors.ts';
import { JsonReader } from './json-reader.ts';

/** CLIP's vision tower (spec 2.1). Later towers join as further members of {@link VisionConfig}. */
export interface ClipVisionConfig {
  kind: 'clip';
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
  layerNormEps: number;
  activation: 'quick_gelu' | 'gelu';
  /** Scale of the initialisers (Hugging Face's `initializer_factor`). */
  initializerFactor: number;
  initializerRange: number;
}

export type VisionConfig = ClipVisionConfig;

/** Llama / Qwen style decoder (spec 2.6). */
export interface DecoderConfig {
  family: 'llama' | 'qwen2';
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
}

export const TOKENIZE_FUNCTIONS = ['softmax', 'st_argmax', 'gumbel_argmax'] as const;
export type TokenizeFunction = (typeof TOKENIZE_FUNCTIONS)[number];

/** The visual tokenizer: tower, head and how logits become probabilistic tokens (spec 1). */
export interface VisualTokenizerConfig {
  /** `K`: rows of the visual embedding table, reserved ones included. */
  vocabSize: number;
  /** `R`: reserved rows at the end of the table (2 with indicators, else 0). The head has `K - R` outputs. */
  reserved: number;
  tokenizeFunction: TokenizeFunction;
  /** Temperature of `gumbel_argmax`; `softmax` ignores it. */
  tau: number;
  /** Side of the blocks of patches merged into one token. */
  hiddenStride: number;
  dropClsToken: boolean;
  /** Wrap each image in the rows `K-2` (begin) and `K-1` (end). */
  useIndicators: boolean;
  backbone: VisionConfig;
}

export interface OvisConfig {
  hiddenSize: number;
  multimodalMaxLength: number;
  conversationFormatter: string;
  llm: DecoderConfig;
  visual: VisualTokenizerConfig;
}

/**
 * Reads an official Ovis `config.json` (spec 7.1). Unknown keys are ignored, as the official files hold every default
 * of `PretrainedConfig`.
 * @throws ModelConfigError `BAD_CONFIG` or `UNSUPPORTED`, naming the key.
 */
export function parseOvisConfig(json: unknown): OvisConfig {
  const root = new JsonReader(json, '');
  root.oneOf('model_type', ['ovis'] as const);
  const llm = readDecoder(root.object('llm_config'));
  const visual = readVisualTokenizer(root.object('visual_tokenizer_config'));
  const hiddenSize = root.size('hidden_size', llm.hiddenSize);
  if (hiddenSize !== llm.hiddenSize) {
    throw root.wrong('hidden_size', hiddenSize, `llm_config.hidden_size (${llm.hiddenSize})`);
  }
  return {
    hiddenSize,
    multimodalMaxLength: root.size('multimodal_max_length', 2048),
    conversationFormatter: root.string(
      'conversation_formatter_class',
      llm.family === 'qwen2' ? 'QwenConversationFormatter' : 'Llama3ConversationFormatter',
    ),
    llm,
    visual,
  };
}

/** Reads the `config.json` of a language model alone (a backbone folder). */
export function parseDecoderConfig(json: unknown): DecoderConfig {
  return readDecoder(new JsonReader(json, ''));
}

/** Reads the `config.json` of a vision tower alone; a whole CLIP model's file works through its `vision_config`. */
export function parseVisionConfig(json: unknown): VisionConfig {
  const reader = new JsonReader(json, '');
  return readVision(reader.get('vision_config') === undefined ? reader : reader.object('vision_config'));
}

function readDecoder(reader: JsonReader): DecoderConfig {
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
  };
}

function readVision(reader: JsonReader): VisionConfig {
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

function readVisualTokenizer(reader: JsonReader): VisualTokenizerConfig {
  reader.oneOf('model_type', ['clip_visual_tokenizer'] as const);
  const useIndicators = reader.boolean('use_indicators', false);
  const reserved = useIndicators ? 2 : 0;
  const vocabSize = reader.size('vocab_size', 8192);
  if (vocabSize <= reserved + 1) throw reader.wrong('vocab_size', vocabSize, `more than ${reserved + 1}`);
  const hiddenStride = reader.size('hidden_stride', 1);
  if (hiddenStride !== 1) throw reader.unsupported('hidden_stride', hiddenStride, '1 (Ovis 1.0)');
  if (reader.get('hd_booster') !== undefined) {
    throw reader.unsupported('hd_booster', reader.get('hd_booster'), 'none (Ovis 1.0)');
  }
  const tau = reader.number('tau', 1);
  if (tau <= 0) throw reader.wrong('tau', tau, 'a number above 0');
  return {
    vocabSize,
    reserved,
    tokenizeFunction: reader.oneOf('tokenize_function', TOKENIZE_FUNCTIONS, 'softmax'),
    tau,
    hiddenStride,
    dropClsToken: reader.boolean('drop_cls_token', false),
    useIndicators,
    backbone: readVision(reader.object('backbone_config')),
  };
}

/** What a new Ovis is built from: two backbones' own config files and the choices of the visual side. */
export interface NewOvisOptions {
  /** Parsed `config.json` of the vision tower and of the language model. */
  vit: object;
  llm: object;
  /** `K`, reserved rows included. */
  visualVocabSize: number;
  tokenizeFunction?: TokenizeFunction;
  tau?: number;
  useIndicators?: boolean;
  dropClsToken?: boolean;
  multimodalMaxLength?: number;
  conversationFormatter?: string;
}

/** The official `config.json` of a new Ovis made of two backbones; {@link parseOvisConfig} reads it. */
export function newOvisConfig(o: NewOvisOptions): Record<string, unknown> {
  const llm = parseDecoderConfig(o.llm);
  const vit = new JsonReader(o.vit, 'vit').get('vision_config') ?? o.vit;
  const json = {
    architectures: ['Ovis'],
    model_type: 'ovis',
    hidden_size: llm.hiddenSize,
    multimodal_max_length: o.multimodalMaxLength ?? 2048,
    conversation_formatter_class:
      o.conversationFormatter ??
      (llm.family === 'qwen2' ? 'QwenConversationFormatter' : 'Llama3ConversationFormatter'),
    llm_config: o.llm,
    visual_tokenizer_config: {
      model_type: 'clip_visual_tokenizer',
      vocab_size: o.visualVocabSize,
      tokenize_function: o.tokenizeFunction ?? 'softmax',
      tau: o.tau ?? 1,
      depths: null,
      drop_cls_token: o.dropClsToken ?? true,
      hidden_stride: 1,
      use_indicators: o.useIndicators ?? true,
      backbone_kwargs: {},
      backbone_config: vit,
    },
    torch_dtype: 'float32',
  };
  parseOvisConfig(json);
  return json;
}

/** Tokens per image before indicators: `l`. */
export function imageTokens(config: OvisConfig): number {
  const { backbone, dropClsToken, hiddenStride } = config.visual;
  const side = backbone.imageSize / backbone.patchSize / hiddenStride;
  if (!Number.isInteger(side)) {
    throw new ModelConfigError(
      'BAD_CONFIG',
      'the patch grid is not a multiple of hidden_stride',
      'Choose another stride.',
    );
  }
  return side * side + (dropClsToken ? 0 : 1);
}

/** Rows of the sequence that one image takes: `l + 2` with indicators, else `l`. */
export function imageTokenRows(config: OvisConfig): number {
  return imageTokens(config) + (config.visual.useIndicators ? 2 : 0);
}
