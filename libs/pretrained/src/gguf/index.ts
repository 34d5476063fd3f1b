export { convertGguf, type ConvertedGguf, type ConvertGgufOptions } from './convert-gguf.ts';
export { GgufFile, GgufMetadata, type GgufTensor } from './gguf-file.ts';
export { llmConfig } from './llm-config.ts';
export { llmTensors } from './llm-tensors.ts';
export { tokenizerFiles, type TokenizerFiles } from './tokenizer-files.ts';
