export { PretrainedError, type PretrainedErrorCode } from './errors.ts';
export { convertGguf, GgufFile, llmConfig, llmTensors, tokenizerFiles } from './gguf/index.ts';
export type { ConvertedGguf, ConvertGgufOptions, GgufTensor, TokenizerFiles } from './gguf/index.ts';
export { newFromBackbones, type NewFromBackbones } from './backbones.ts';
export { Chat, type AnswerFacts, type AnswerOptions, type Picture } from './chat.ts';
export { planConversion, type Conversion, type ConvertOptions } from './convert.ts';
export { DTYPE_NAMES, type DtypeName } from './dtypes.ts';
export { type SmallFiles } from './model-files.ts';
export { fromNative, loadParams, officialTensors, toNative } from './model-weights.ts';
export {
  modelFromCheckpoint,
  modelFromReader,
  modelUrl,
  openModel,
  openPretrained,
  type ModelFormat,
  type OpenOptions,
  type PretrainedModel,
  type StoredModel,
} from './open-model.ts';
export {
  tableStatistics,
  tokenStatistics,
  type TableStatistics,
  type TokenStatistics,
} from './inspect-model.ts';
export { openForInference } from './open-for-inference.ts';
export { savePretrained, type Saved, type SaveOptions } from './save-pretrained.ts';
export { openWeights } from './weights.ts';
