export {
  FORMATTERS,
  imageTokenRows,
  imageTokens,
  newOvisConfig,
  parseDecoderConfig,
  parseOvisConfig,
  parseVisionConfig,
  patchSide,
  pixelChannels,
  TOKENIZE_FUNCTIONS,
} from './config/index.ts';
export type {
  Aimv2VisionConfig,
  ClipVisionConfig,
  DecoderConfig,
  Generation,
  NativeTokenIds,
  NewOvisOptions,
  OvisConfig,
  RopeScaling,
  SiglipVisionConfig,
  TokenizeFunction,
  VisionConfig,
  VisualTokenizerConfig,
} from './config/index.ts';
export { describeModel } from './describe.ts';
export type { ModelDescription } from './describe.ts';
export {
  ImageError,
  MergeError,
  ModelConfigError,
  ModelInputError,
  OvisModelError,
  ParameterError,
} from './errors.ts';
export { generate, generateGreedy, streamTokens } from './generate/generate.ts';
export type { GenerateOptions, Prompt } from './generate/options.ts';
export { promptCut } from './generate/prompt-batch.ts';
export type { NewTokens } from './generate/track.ts';
export { cropImage, partitionImage } from './image/partition.ts';
export type { Box, Grid, PartitionOptions } from './image/partition.ts';
export { expandPictures, pictureIds, preparePicture } from './image/prepare-picture.ts';
export type { PreparedPicture } from './image/prepare-picture.ts';
export { centreCropImage, fitSize, preprocessImage, stretchImage } from './image/preprocess.ts';
export { CLIP_MEAN, CLIP_STD, imageProcessor } from './image/processor.ts';
export type { ImageProcessor, PreprocessorJson } from './image/processor.ts';
export { resizeBicubic } from './image/resize.ts';
export type { RgbImage } from './image/resize.ts';
export { drawTensor, initParams, reinitLastVitBlocks, reinitVte } from './init.ts';
export type { Initialiser } from './init.ts';
export { decoderForward, textEmbeds, vocabularyLogits } from './llm/decoder.ts';
export type { DecoderInput, LayerKeys } from './llm/decoder.ts';
export { decoderInitialiser, decoderParameterShapes } from './llm/parameters.ts';
export { languageModelLoss, llmLogits, mergedBatchTensors, ovisLoss } from './loss.ts';
export type { LossSum, MergedBatch, MergedBatchTensors } from './loss.ts';
export {
  countImages,
  IGNORE_ID,
  IMAGE_ATOM_ID,
  IMAGE_TOKEN_ID,
  INDICATOR_IDS,
  mergedEmbeds,
  mergeLayout,
  planLossRows,
  planMerge,
  TEXT_ROW,
  ZERO_ROW,
} from './merge.ts';
export type { MergeLayout, MergeOptions, MergePlan, MergeSample } from './merge.ts';
export { aimv2Tensors, nativeNamesOf, nativeTensors } from './names/native-names.ts';
export type { NativeTensor } from './names/native-names.ts';
export {
  checkParams,
  HEAD_NORM_BIAS,
  HEAD_NORM_WEIGHT,
  HEAD_PREFIX,
  HEAD_WEIGHT,
  isBuffer,
  LLM_PREFIX,
  parameterShapes,
  partOf,
  VIT_PREFIX,
  VTE_WEIGHT,
} from './parameter-shapes.ts';
export type { ModelPart, ParameterShapes } from './parameter-shapes.ts';
export { asFloat32, ParamScope } from './params.ts';
export type { Params, Tap } from './params.ts';
export { RandomStream } from './random.ts';
export { gumbelNoiseValues, tokenize } from './tokenize.ts';
export { visionBlockOf, visionForward, visionInitialiser, visionParameterShapes } from './vision/vision.ts';
export { HEAD_NORM_EPS, headInputs, visualEmbeds, visualTokens } from './visual-tokenizer.ts';
export type { VisualOptions } from './visual-tokenizer.ts';
