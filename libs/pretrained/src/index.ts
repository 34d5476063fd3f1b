export { PretrainedError, type PretrainedErrorCode } from './errors.ts';
export { convertGguf, GgufFile, llmConfig, llmTensors, tokenizerFiles } from './gguf/index.ts';
export type { ConvertGgufOptions, GgufTensor, TokenizerFiles } from './gguf/index.ts';
