import { CLIP_MEAN, CLIP_STD, imageTokens, type OvisConfig } from '@ovis/model';
import { PretrainedError } from './errors.ts';
import { torchDtype, type WeightsDtype } from './dtypes.ts';

export type Json = Record<string, unknown>;

/** The special tokens of native `ovis2`, in the order of their usual ids. */
export const IMAGE_TOKENS = [
  '<IMG_ATOM>',
  '<IMG_START>',
  '<IMG_GRID>',
  '<IMG_COL>',
  '<IMG_ROW>',
  '<IMG_END>',
] as const;

/** Ids of IMAGE_TOKENS. */
export type ImageTokenIds = [number, number, number, number, number, number];

/** What else transformers' `Qwen2Config` knows; the rest of an official file is every default of `PretrainedConfig`. */
const TEXT_KEYS = [
  'attention_dropout',
  'bos_token_id',
  'eos_token_id',
  'head_dim',
  'max_position_embeddings',
  'max_window_layers',
  'pad_token_id',
  'sliding_window',
  'use_cache',
  'use_sliding_window',
] as const;

/** What is computed with, spelled out: the defaults of the two formats' classes are not everywhere the same. */
function decoderValues({ llm }: OvisConfig): Json {
  const { ropeScaling: rope } = llm;
  return {
    hidden_act: llm.activation,
    hidden_size: llm.hiddenSize,
    initializer_range: llm.initializerRange,
    intermediate_size: llm.intermediateSize,
    model_type: 'qwen2',
    num_attention_heads: llm.heads,
    num_hidden_layers: llm.layers,
    num_key_value_heads: llm.kvHeads,
    rms_norm_eps: llm.rmsNormEps,
    rope_scaling: rope
      ? {
          factor: rope.factor,
          high_freq_factor: rope.highFreqFactor,
          low_freq_factor: rope.lowFreqFactor,
          original_max_position_embeddings: rope.originalMaxPositions,
          rope_type: 'llama3',
        }
      : null,
    rope_theta: llm.ropeTheta,
    tie_word_embeddings: llm.tieWordEmbeddings,
    vocab_size: llm.vocabSize,
  };
}

/** The keys that the two formats' vision configs share. */
function towerValues({ visual }: OvisConfig, json: Json): Json {
  const tower = visual.backbone;
  return {
    ...picked(json, ['attention_dropout']),
    hidden_size: tower.hiddenSize,
    image_size: tower.imageSize,
    intermediate_size: tower.intermediateSize,
    num_attention_heads: tower.heads,
    num_channels: tower.channels,
    num_hidden_layers: tower.layers,
    patch_size: tower.patchSize,
    ...(tower.kind === 'aimv2' ? { qkv_bias: tower.qkvBias, rms_norm_eps: tower.rmsNormEps } : {}),
  };
}

/**
 * Why native `ovis2` cannot hold a model of this config (spec 7.3).
 * @throws PretrainedError UNSUPPORTED naming every reason
 */
export function checkNative(config: OvisConfig): void {
  const { llm, visual } = config;
  const tower = visual.backbone;
  const reasons: string[] = [];
  if (tower.kind !== 'aimv2') reasons.push(`the vision tower is ${tower.kind}, not aimv2`);
  if (llm.family !== 'qwen2') reasons.push(`the language model is ${llm.family}, not qwen2`);
  if (visual.indicators !== 'in-text') {
    reasons.push(
      `the indicators are ${visual.indicators === 'none' ? 'missing' : 'wrapped around the picture'}, not five in the text`,
    );
  }
  if (visual.booster !== undefined) reasons.push(`it has the booster ${visual.booster}`);
  if (tower.kind === 'aimv2' && tower.qkvBias !== tower.mlpBias) {
    // Native gives the attention's output the bias of q, k and v; AIMv2 gives it that of the rest.
    reasons.push('the tower has biases in only one of attention and mlp');
  }
  if (visual.tokenizeFunction === 'gumbel_argmax' && visual.tau !== 1) {
    reasons.push(`gumbel_argmax has tau ${visual.tau}; native has always 1`);
  }
  if ((tower.imageSize / tower.patchSize) % visual.hiddenStride !== 0) {
    reasons.push(
      `the grid of ${tower.imageSize / tower.patchSize} patches is no multiple of hidden_stride ${visual.hiddenStride}: transformers' class fails on it`,
    );
  }
  if (reasons.length === 0) return;
  throw new PretrainedError(
    'UNSUPPORTED',
    `native ovis2 cannot hold this model: ${reasons.join('; ')}`,
    'native ovis2 is Ovis 2 (AIMv2 and Qwen2.5 with five indicators); convert other generations to official or checkpoint only',
  );
}

/** What changes in the results, since the two formats' programs differ. */
export function differences(config: OvisConfig, to: 'native' | 'official'): string[] {
  const warnings = [
    to === 'native'
      ? "results change: transformers' ovis2 applies the vision tower's final RMSNorm in front of the head, the official code skips it. No weight of the norm undoes that (an RMSNorm always divides by the features' size), so the trained weight is kept as it is"
      : "results change: the official code skips the vision tower's final RMSNorm, which transformers' ovis2 applies in front of the head. Its weight is kept, but not used",
    to === 'native'
      ? "pictures are prepared differently: transformers' processor stretches each tile, the official one keeps its proportions and pads"
      : "pictures are prepared differently: the official processor keeps a tile's proportions and pads, transformers' stretches it",
  ];
  if (config.visual.tokenizeFunction !== 'softmax') {
    warnings.push(
      `${config.visual.tokenizeFunction} trains differently: native takes the softmax as the soft part, the official code the logits`,
    );
  }
  return warnings;
}

/** The `config.json` of native `ovis2` for an official one that checkNative accepts. */
export function nativeConfig(
  config: OvisConfig,
  official: Json,
  o: { ids: ImageTokenIds; vocabSize: number; dtype: WeightsDtype },
): Json {
  const { llm, visual } = config;
  const visualJson = official['visual_tokenizer_config'] as Json;
  const tower = visualJson['backbone_config'] as Json;
  const [image, ...indicators] = o.ids;
  return {
    architectures: ['Ovis2ForConditionalGeneration'],
    dtype: torchDtype(o.dtype),
    hidden_size: config.hiddenSize,
    image_token_id: image,
    model_type: 'ovis2',
    // Ours: transformers keeps keys it does not know.
    multimodal_max_length: config.multimodalMaxLength,
    text_config: {
      ...picked(official['llm_config'] as Json, TEXT_KEYS),
      ...decoderValues(config),
      vocab_size: o.vocabSize,
    },
    tie_word_embeddings: llm.tieWordEmbeddings,
    vision_config: {
      ...towerValues(config, tower),
      hidden_act: 'silu',
      hidden_stride: visual.hiddenStride,
      initializer_range: visual.backbone.initializerRange,
      mlp_bias: visual.backbone.kind === 'aimv2' && visual.backbone.mlpBias,
      num_visual_indicator_tokens: visual.reserved,
      tokenize_function: visual.tokenizeFunction,
      vocab_size: visual.vocabSize,
    },
    visual_indicator_token_ids: indicators,
    vocab_size: o.vocabSize,
  };
}

/** The official `config.json` (Ovis 2) of a native one. */
export function officialConfig(config: OvisConfig, native: Json, o: { dtype: WeightsDtype }): Json {
  const { visual } = config;
  const tower = native['vision_config'] as Json;
  const dtype = torchDtype(o.dtype);
  return {
    architectures: ['Ovis'],
    conversation_formatter_class: 'QwenConversationFormatter',
    disable_tie_weight: false,
    hidden_size: config.hiddenSize,
    llm_attn_implementation: 'sdpa',
    llm_config: {
      architectures: ['Qwen2ForCausalLM'],
      ...picked(native['text_config'] as Json, TEXT_KEYS),
      ...decoderValues(config),
      torch_dtype: dtype,
    },
    model_type: 'ovis',
    multimodal_max_length: config.multimodalMaxLength,
    torch_dtype: dtype,
    visual_tokenizer_config: {
      backbone_config: {
        architectures: ['AIMv2Model'],
        ...towerValues(config, tower),
        model_type: 'aimv2',
        projection_dropout: 0,
        torch_dtype: dtype,
        use_bias: visual.backbone.kind === 'aimv2' && visual.backbone.mlpBias,
      },
      backbone_kwargs: {},
      depths: null,
      drop_cls_token: false,
      hidden_stride: visual.hiddenStride,
      model_type: 'aimv2_visual_tokenizer',
      tau: 1,
      tokenize_function: visual.tokenizeFunction,
      vocab_size: visual.vocabSize,
    },
  };
}

/** `preprocessor_config.json` of native `ovis2`; mean and deviation are taken over. */
export function nativePreprocessor(config: OvisConfig, official: Json): Json {
  const { imageSize } = config.visual.backbone;
  return {
    crop_to_patches: true,
    do_convert_rgb: true,
    do_normalize: true,
    do_rescale: true,
    do_resize: true,
    ...picked(official, ['image_mean', 'image_std']),
    image_processor_type: 'Ovis2ImageProcessor',
    max_patches: 9,
    min_patches: 1,
    processor_class: 'Ovis2Processor',
    resample: 3,
    rescale_factor: 1 / 255,
    size: { height: imageSize, width: imageSize },
  };
}

/**
 * `preprocessor_config.json` as the official code takes it, which fits pictures itself: of the tower's size, without a crop of the middle
 * (transformers' default, which it refuses). What else the file says is kept.
 */
export function officialPreprocessor(config: OvisConfig, json: Json): Json {
  const { imageSize, kind } = config.visual.backbone;
  const square = { height: imageSize, width: imageSize };
  const siglip = kind === 'siglip';
  const half = [0.5, 0.5, 0.5];
  return {
    do_convert_rgb: true,
    do_normalize: true,
    do_rescale: true,
    do_resize: true,
    image_mean: siglip ? half : CLIP_MEAN,
    image_processor_type: siglip ? 'SiglipImageProcessor' : 'CLIPImageProcessor',
    image_std: siglip ? half : CLIP_STD,
    resample: 3,
    rescale_factor: 1 / 255,
    ...(siglip ? {} : { size: { shortest_edge: imageSize } }),
    ...json,
    ...(siglip ? { size: square } : { crop_size: square, do_center_crop: false }),
  };
}

/** `processor_config.json` of native `ovis2`: rows of the sequence per tile. */
export function processorConfig(config: OvisConfig): Json {
  return {
    image_seq_length: imageTokens(config),
    image_token: '<image>',
    processor_class: 'Ovis2Processor',
  };
}

function picked(json: Json, keys: readonly string[]): Json {
  return Object.fromEntries(keys.filter((key) => json[key] !== undefined).map((key) => [key, json[key]]));
}
