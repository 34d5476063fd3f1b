export { QWEN_SPECIAL_TOKENS, trainTokenizer } from './bpe-trainer.ts';
export type { TrainedTokenizer, TrainTokenizerOptions } from './bpe-trainer.ts';
export { chatTemplateOf, renderChatTemplate } from './chat-template.ts';
export type { ChatMessage, ChatTemplateOptions } from './chat-template.ts';
export { IGNORE_ID, IMAGE_PLACEHOLDER, IMAGE_TOKEN_ID } from './constants.ts';
export { TextError } from './errors.ts';
export type { TextErrorCode } from './errors.ts';
export { createFormatter, FORMATTERS, formatVersion } from './formatter.ts';
export type {
  ConversationFormatter,
  FormattedConversation,
  FormatterName,
  FormatVersion,
  Turn,
} from './formatter.ts';
export { CAPTION_TEMPLATE, captionRules, captionSample, conversationSample } from './samples.ts';
export type { CaptionOptions, TextSample } from './samples.ts';
export { TextTokenizer } from './tokenizer.ts';
