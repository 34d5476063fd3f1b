import type { JsonReader } from '../json-reader.ts';
import { readVision, type VisionConfig } from './vision-config.ts';

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

export function readVisualTokenizer(reader: JsonReader): VisualTokenizerConfig {
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
    indicators: useIndicators ? 'wrapped' : 'none',
    finalNorm: false,
    softArgmax: false,
    backbone: readVision(reader.object('backbone_config')),
  };
}
