export { tf } from './tf.ts';
export { EngineError } from './errors.ts';
export type { EngineErrorCode } from './errors.ts';
export { initEngine } from './engine/init-engine.ts';
export type { EngineInfo, EngineOptions } from './engine/init-engine.ts';
export { memory } from './engine/memory.ts';
export type { MemoryReport } from './engine/memory.ts';
export { allocatorMeter } from './engine/allocator.ts';
export type { AllocatorMeter, AllocatorStatistics } from './engine/allocator.ts';
export { FUSED, profileOperations } from './engine/profile.ts';
export type { OperationProfile, OperationTime } from './engine/profile.ts';
export { bfloat16Tensor, deviceHasBfloat16, toBfloat16, toFloat32 } from './backend/bfloat16.ts';
export { cacheDirectory, findLibrary } from './engine/find-library.ts';
export { compile } from './compile/compile.ts';
export type { Compiled, CompileOptions, CompileStats } from './compile/compile.ts';
export type { Started } from './compile/compiled-function.ts';
export { emit } from './compile/emit.ts';
export type { Emitted } from './compile/emitted.ts';
export { applyAdam } from './compile/apply-adam.ts';
export type { AdamUpdate } from './compile/apply-adam.ts';
export { fused } from './compile/fused.ts';
export { whileLoop } from './compile/while-loop.ts';
export type { WhileLoop } from './compile/while-loop.ts';
export { barrier } from './compile/barrier.ts';
export type { TensorTree } from './compile/tree.ts';
export { readTensor } from './ops/read-tensor.ts';
export { tensorView } from './ops/tensor-view.ts';
export { tensorOver } from './ops/tensor-over.ts';
export { sumOfSquares } from './ops/sum-of-squares.ts';
export { sparseSoftmaxCrossEntropy } from './ops/sparse-softmax-cross-entropy.ts';
export { updateSlice } from './ops/update-slice.ts';
export { takeRows } from './ops/take-rows.ts';
export { statelessUniform } from './ops/stateless-uniform.ts';
// Pieces of networks
export { gelu, geluTanh, geluTanhTimes, quickGelu, siluTimes, softcap } from './nn/activation.ts';
export {
  attend,
  causalBias,
  groupQueries,
  joinHeads,
  paddingBias,
  segmentBias,
  splitHeads,
  windowBias,
} from './nn/attention.ts';
export { linear } from './nn/linear.ts';
export { withPrecision } from './nn/precision.ts';
export type { Precision } from './nn/precision.ts';
export { layerNorm, rmsNorm } from './nn/norm.ts';
export { ropeTables, ropeValues, rotate } from './nn/rope.ts';
export type { RopeScaling, RopeTables } from './nn/rope.ts';
export { withGradient } from './nn/with-gradient.ts';
export { vocabularyLookup } from './nn/vocabulary-lookup.ts';
export type { LookupInputs, LookupOptions } from './nn/vocabulary-lookup.ts';
export { chunkedCrossEntropy } from './nn/chunked-cross-entropy.ts';
export type { ChunkedCrossEntropyOptions } from './nn/chunked-cross-entropy.ts';
export { recompute } from './nn/recompute.ts';
