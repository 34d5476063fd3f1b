import type { JsonReader } from '../json-reader.ts';
import type { Generation } from './ovis-config.ts';
import { patchSide, readNativeVision, readVision, type VisionConfig } from './vision-config.ts';

export const TOKENIZE_FUNCTIONS = ['softmax', 'st_argmax', 'gumbel_argmax'] as const;
export type TokenizeFunction = (typeof TOKENIZE_FUNCTIONS)[number];

/** The visual tokenizer: tower, head and how logits become probabilistic tokens (spec 1). */
export interface VisualTokenizerConfig {
  /** `K`: rows of the visual embedding table, reserved ones included. */
  vocabSize: number;
  /** `R`: reserved rows at the end of the table: 0, 2 or 5, see `indicators`. The head has `K - R` outputs. */
  reserved: number;
  tokenizeFunction: TokenizeFunction;
  /** Temperature of `gumbel_argmax`; `softmax` ignores it. */
  tau: number;
  /** Side of the blocks of patches merged into one token. */
  hiddenStride: number;
  /** A grid that is no multiple of the stride is padded with zeros on the bottom and right (1.6, 2). */
  padGrid: boolean;
  dropClsToken: boolean;
  /**
   * Where the indicator rows stand: `none`; `wrapped` around each image, rows `K-2` and `K-1` (1.0, 1.5); `in-text`, five
   * rows from `K-5` on by ids of their own among the text (1.6, 2).
   */
  indicators: 'none' | 'wrapped' | 'in-text';
  /** 1.5: whole picture and four quarters, joined on the channels (spec 2.4). */
  booster?: 's2wrapper' | 's2wrapper-adaptive';
  /** Native `ovis2` applies the tower's final norm in front of the head, the official code does not (spec 7.3). */
  finalNorm: boolean;
  /** Native `ovis2` takes the softmax as the soft part of `st_argmax` and `gumbel_argmax`'s tau is 1; official: the logits. */
  softArgmax: boolean;
  backbone: VisionConfig;
}

const MODEL_TYPES = ['clip_visual_tokenizer', 'siglip_visual_tokenizer', 'aimv2_visual_tokenizer'] as const;

const BOOSTERS = ['s2wrapper', 's2wrapper-adaptive'] as const;

/** Reserved rows of each kind of indicators. */
export const RESERVED = { none: 0, wrapped: 2, 'in-text': 5 } as const;

/** The `visual_tokenizer_config` of an official config.json. */
export function readVisualTokenizer(reader: JsonReader, generation: Generation): VisualTokenizerConfig {
  const type = reader.oneOf('model_type', MODEL_TYPES);
  const backbone = readVision(reader.object('backbone_config'));
  if (!type.startsWith(backbone.kind)) {
    throw reader.wrong('model_type', type, `"${backbone.kind}_visual_tokenizer", as backbone_config says,`);
  }
  const early = generation === '1.0' || generation === '1.5';
  const indicators = early ? (reader.boolean('use_indicators', false) ? 'wrapped' : 'none') : 'in-text';
  const tau = reader.number('tau', 1);
  if (tau <= 0) throw reader.wrong('tau', tau, 'a number above 0');
  const booster = reader.get('hd_booster') === undefined ? undefined : reader.oneOf('hd_booster', BOOSTERS);
  const config: VisualTokenizerConfig = {
    vocabSize: reader.size('vocab_size', 8192),
    reserved: RESERVED[indicators],
    tokenizeFunction: reader.oneOf('tokenize_function', TOKENIZE_FUNCTIONS, 'softmax'),
    tau,
    // The CLIP tokenizers of 1.0 and 1.5 have the key and do not look at it.
    hiddenStride: early && backbone.kind === 'clip' ? 1 : reader.size('hidden_stride', 1),
    padGrid: !early,
    // Only CLIP has a class token; the official code forces the flag to false elsewhere.
    dropClsToken: backbone.kind === 'clip' && reader.boolean('drop_cls_token', false),
    indicators,
    ...(booster ? { booster } : {}),
    finalNorm: false,
    softArgmax: false,
    backbone,
  };
  checkSizes(reader, config);
  return config;
}

/** The `vision_config` of native `ovis2`. */
export function readNativeTokenizer(reader: JsonReader): VisualTokenizerConfig {
  const indicators = reader.size('num_visual_indicator_tokens', 5);
  if (indicators !== RESERVED['in-text'])
    throw reader.unsupported('num_visual_indicator_tokens', indicators, '5');
  const config: VisualTokenizerConfig = {
    vocabSize: reader.size('vocab_size', 16384),
    reserved: indicators,
    tokenizeFunction: reader.oneOf('tokenize_function', TOKENIZE_FUNCTIONS, 'softmax'),
    tau: 1,
    hiddenStride: reader.size('hidden_stride', 1),
    padGrid: false,
    dropClsToken: false,
    indicators: 'in-text',
    finalNorm: true,
    softArgmax: true,
    backbone: readNativeVision(reader),
  };
  checkSizes(reader, config);
  return config;
}

function checkSizes(reader: JsonReader, c: VisualTokenizerConfig): void {
  if (c.vocabSize <= c.reserved + 1)
    throw reader.wrong('vocab_size', c.vocabSize, `more than ${c.reserved + 1}`);
  if (c.hiddenStride === 1) return;
  if (c.backbone.kind === 'clip' && !c.dropClsToken)
    throw reader.wrong('hidden_stride', c.hiddenStride, '1 where the class token is kept');
  const side = patchSide(c.backbone);
  if (!c.padGrid && side % c.hiddenStride !== 0)
    throw reader.wrong('hidden_stride', c.hiddenStride, `a divisor of the grid's ${side} patches per side`);
}
