export { CheckpointError, type CheckpointErrorCode } from './errors.ts';
export { toFloat32 } from './float16.ts';
export type { Dtype, HostTensor, HostTensors, TensorData } from './host-tensors.ts';
export {
  latestCheckpointId,
  listCheckpoints,
  loadCheckpoint,
  type LoadedCheckpoint,
  type LoadOptions,
} from './load.ts';
export { checkpointId, compareIds, type Manifest, type ManifestFile, type TrainState } from './manifest.ts';
export {
  copyTensors,
  joinParts,
  partOf,
  splitBySize,
  splitParts,
  type CheckpointPart,
  type ModelPart,
} from './parts.ts';
export { deleteCheckpoint, pruneCheckpoints } from './retention.ts';
export { decodeSafetensors, encodeSafetensors } from './safetensors.ts';
export { saveCheckpoint, type SavedCheckpoint, type SaveOptions } from './save.ts';
export { verifyCheckpoint } from './verify.ts';
