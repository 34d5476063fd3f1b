import { JsonReader } from '../json-reader.ts';
import { parseDecoderConfig } from './decoder-config.ts';
import { parseOvisConfig } from './ovis-config.ts';
import type { TokenizeFunction } from './visual-tokenizer-config.ts';

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
