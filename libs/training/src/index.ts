export { soloCollective } from './collective.ts';
export type { AllReduceOptions, Collective, GradientCompression } from './collective.ts';
export type { SharedMemoryNeeds } from './exchange/exchange.ts';
export type { SiteCollectives } from './exchange/local-steps.ts';
export { StageError } from './errors.ts';
export type { StageErrorCode } from './errors.ts';
export type { CompileMode } from './step-functions.ts';
export type { HostTensor, HostTensors } from './host-tensors.ts';
export { runStage } from './loop.ts';
export type { CheckpointRequest, RunStageOptions, RunStageResult, StageBatch, StepReport } from './loop.ts';
export { buildMicroBatch, buildShards, disposeMicroBatch } from './micro-batch.ts';
export type {
  BuiltBatch,
  MicroBatch,
  MicroBatchOptions,
  TrainingBatch,
  TrainingSample,
} from './micro-batch.ts';
export { buildStepBatches } from './step-batches.ts';
export type { StepBatchOptions } from './step-batches.ts';
export type { BadLossSettings } from './monitors/bad-loss-settings.ts';
export type { BadStep, LossMemory } from './monitors/loss-watch.ts';
export type { MonitorSettings, MonitorThresholds } from './monitors/monitor-settings.ts';
export type { HeldOutReport } from './monitors/stage-watch.ts';
export type { StageStatistics, StageWarning } from './monitors/stage-statistics.ts';
export { isDecayed, trainableNames } from './modules.ts';
export { annealedTau, learningRate, warmupSteps } from './schedule.ts';
export type { Schedule } from './schedule.ts';
export type { StageSettings } from './settings.ts';
export { badLossDefaults, monitorDefaults, stageSettings } from './settings-from-config.ts';
export type { PieceRequest, StatePiece, StatePieces } from './state-pieces.ts';
export { StageTrainer } from './stage-trainer.ts';
export type { Snapshot, StageTrainerOptions, StepResult } from './stage-trainer-types.ts';
export type { MonitorsState, TrainerState } from './trainer-state.ts';
