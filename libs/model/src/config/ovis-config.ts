import { JsonReader } from '../json-reader.ts';
import { readDecoder, type DecoderConfig } from './decoder-config.ts';
import { patchSide } from './vision-config.ts';
import {
  readNativeTokenizer,
  readVisualTokenizer,
  type VisualTokenizerConfig,
} from './visual-tokenizer-config.ts';

/** Which release's rules apply where they differ (spec 2); `native` is transformers' own `ovis2`. */
export type Generation = '1.0' | '1.5' | '1.6' | '2.0' | 'native';

/** Ids of native `ovis2`: one `image` per row of a picture, five indicators. */
export interface NativeTokenIds {
  image: number;
  indicators: readonly [number, number, number, number, number];
}

export interface OvisConfig {
  generation: Generation;
  hiddenSize: number;
  multimodalMaxLength: number;
  conversationFormatter: string;
  llm: DecoderConfig;
  visual: VisualTokenizerConfig;
  /** Only `native`. */
  nativeIds?: NativeTokenIds;
}

/**
 * Reads the `config.json` of an official Ovis of any generation (spec 7.1) or of transformers' own `ovis2` (spec 7.3). Unknown keys
 * are ignored, as the official files hold every default of `PretrainedConfig`.
 * @throws ModelConfigError `BAD_CONFIG` or `UNSUPPORTED`, naming the key.
 */
export function parseOvisConfig(json: unknown): OvisConfig {
  const root = new JsonReader(json, '');
  if (root.oneOf('model_type', ['ovis', 'ovis2'] as const) === 'ovis2') return readNative(root);
  const llm = readDecoder(root.object('llm_config'));
  const tokenizer = root.object('visual_tokenizer_config');
  const generation = generationOf(tokenizer);
  const visual = readVisualTokenizer(tokenizer, generation);
  return {
    generation,
    hiddenSize: sameWidth(root, llm),
    multimodalMaxLength: root.size('multimodal_max_length', DEFAULT_MAX_LENGTH[generation]),
    conversationFormatter: root.string('conversation_formatter_class', FORMATTERS[llm.family]),
    llm,
    visual,
  };
}

/** Defaults of the official config classes (spec 2). */
const DEFAULT_MAX_LENGTH = { '1.0': 2048, '1.5': 2048, '1.6': 8192, '2.0': 32768 } as const;

/** The conversation formatter of each family. */
export const FORMATTERS = {
  qwen2: 'QwenConversationFormatter',
  llama: 'Llama3ConversationFormatter',
  gemma2: 'GemmaConversationFormatter',
} as const;

/** Which release wrote an official config: its visual tokenizer has the keys of that release. */
function generationOf(tokenizer: JsonReader): Exclude<Generation, 'native'> {
  if (tokenizer.has('hd_booster')) return '1.5';
  if (tokenizer.has('use_indicators')) return '1.0';
  return tokenizer.get('model_type') === 'aimv2_visual_tokenizer' ? '2.0' : '1.6';
}

function readNative(root: JsonReader): OvisConfig {
  const text = root.object('text_config');
  const tied = root.get('tie_word_embeddings') ?? text.get('tie_word_embeddings') ?? true;
  const llm = { ...readDecoder(text), tieWordEmbeddings: tied === true };
  const indicators = root.get('visual_indicator_token_ids');
  const isIds =
    Array.isArray(indicators) && indicators.length === 5 && indicators.every((id) => Number.isInteger(id));
  if (!isIds) throw root.wrong('visual_indicator_token_ids', indicators, 'a list of five token ids');
  return {
    generation: 'native',
    hiddenSize: sameWidth(root, llm),
    multimodalMaxLength: root.size('multimodal_max_length', text.size('max_position_embeddings', 32768)),
    conversationFormatter: FORMATTERS[llm.family],
    llm,
    visual: readNativeTokenizer(root.object('vision_config')),
    nativeIds: {
      image: root.size('image_token_id', 151665),
      indicators: indicators as unknown as NativeTokenIds['indicators'],
    },
  };
}

function sameWidth(root: JsonReader, llm: DecoderConfig): number {
  const hiddenSize = root.size('hidden_size', llm.hiddenSize);
  if (hiddenSize !== llm.hiddenSize)
    throw root.wrong('hidden_size', hiddenSize, `the LLM's hidden_size (${llm.hiddenSize})`);
  return hiddenSize;
}

/** Tokens per picture or tile before indicators: `l`. */
export function imageTokens(config: OvisConfig): number {
  const { backbone, dropClsToken, hiddenStride } = config.visual;
  const side = Math.ceil(patchSide(backbone) / hiddenStride);
  return side * side + (backbone.kind === 'clip' && !dropClsToken ? 1 : 0);
}

/** Rows of the sequence that one picture or tile takes: `l + 2` with wrapped indicators, else `l`. */
export function imageTokenRows(config: OvisConfig): number {
  return imageTokens(config) + (config.visual.indicators === 'wrapped' ? 2 : 0);
}

/** Channels of `pixelValues`: a picture's own, five times as many with `s2wrapper` (whole picture and four quarters). */
export function pixelChannels(config: OvisConfig): number {
  return config.visual.backbone.channels * (config.visual.booster ? 5 : 1);
}
