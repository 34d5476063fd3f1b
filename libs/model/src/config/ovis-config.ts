import { ModelConfigError } from '../errors.ts';
import { JsonReader } from '../json-reader.ts';
import { readDecoder, type DecoderConfig } from './decoder-config.ts';
import { readVisualTokenizer, type VisualTokenizerConfig } from './visual-tokenizer-config.ts';

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
    generation: '1.0',
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
  return imageTokens(config) + (config.visual.indicators === 'wrapped' ? 2 : 0);
}
