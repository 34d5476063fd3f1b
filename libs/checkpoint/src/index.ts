export { CheckpointError, type CheckpointErrorCode } from './errors.ts';
export { convertFloats, isFloat, toFloat32, type FloatDtype } from './float16.ts';
export type { Dtype, HostTensor, HostTensors, TensorData } from './host-tensors.ts';
export {
  latestCheckpointId,
  listCheckpoints,
  loadCheckpoint,
  useCheckpoint,
  type UseOptions,
  type LoadedCheckpoint,
  type LoadOptions,
} from './load.ts';
export {
  checkpointId,
  compareIds,
  listIds,
  readManifest,
  type Manifest,
  type ManifestFile,
  type TrainState,
} from './manifest.ts';
export {
  copyTensors,
  joinParts,
  partOf,
  splitBySize,
  splitParts,
  type CheckpointPart,
  type ModelPart,
} from './parts.ts';
export {
  applyRetention,
  deleteCheckpoint,
  keptBy,
  planDeletion,
  type RetentionOptions,
  type RetentionPolicy,
  type Swept,
} from './retention.ts';
export { decodeSafetensors, encodeSafetensors } from './safetensors.ts';
export {
  readStored,
  storedAs,
  storedBytes,
  storedChunks,
  storedEqual,
  storedJoin,
  storedReshape,
  storedRows,
  storedTensors,
  type Bytes,
  type StoredTensor,
  type StoredTensors,
} from './stored-tensors.ts';
export { openSafetensors, safetensorsChunks } from './stream-safetensors.ts';
export { exportParts, type ExportedFile, type ExportOptions } from './export.ts';
export { openCheckpoint, type OpenCheckpoint } from './open.ts';
export { type SavedCheckpoint } from './commit.ts';
export { saveCheckpoint, type SaveOptions } from './save.ts';
export { verifyCheckpoint } from './verify.ts';
export {
  AsyncCheckpointer,
  type BackgroundSave,
  type CheckpointerOptions,
  type SaveRequest,
  type Stall,
} from './async-checkpointer.ts';
export { planFiles, stateBytes, type PlannedFile, type StateTensor } from './plan.ts';
export { CheckpointReader, type TensorPlace, type TensorRequest } from './reader.ts';
export { type ReadRequest, type ReadState } from './staging.ts';
