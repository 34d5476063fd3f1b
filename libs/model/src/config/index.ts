export { parseDecoderConfig } from './decoder-config.ts';
export type { DecoderConfig, RopeScaling } from './decoder-config.ts';
export { newOvisConfig } from './new-ovis.ts';
export type { NewOvisOptions } from './new-ovis.ts';
export { FORMATTERS, imageTokenRows, imageTokens, parseOvisConfig, pixelChannels } from './ovis-config.ts';
export type { Generation, NativeTokenIds, OvisConfig } from './ovis-config.ts';
export { parseVisionConfig, patchSide } from './vision-config.ts';
export type {
  Aimv2VisionConfig,
  ClipVisionConfig,
  SiglipVisionConfig,
  VisionConfig,
} from './vision-config.ts';
export { TOKENIZE_FUNCTIONS } from './visual-tokenizer-config.ts';
export type { TokenizeFunction, VisualTokenizerConfig } from './visual-tokenizer-config.ts';
