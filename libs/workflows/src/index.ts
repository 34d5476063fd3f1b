export { bundleWorkflows, type WorkflowBundleFile } from './bundle.ts';
export { checkpointPrefix, checkpointRefs, type CheckpointSummary } from './checkpoint-refs.ts';
export { activityFailure, failureCause, type FailureBudget, type FailureCause } from './failures.ts';
export { gangWish, type GangWish } from './gang-wish.ts';
export {
  goOnSignalName,
  pauseSignalName,
  progressQueryName,
  reportSignalName,
  stageWorkflow,
  stageWorkflowId,
  taskQueue,
  trainWorkflow,
} from './names.ts';
export type {
  RunError,
  RunProgress,
  RunReport,
  RunStatus,
  StageHeartbeat,
  StageProgress,
  TrainerProgress,
} from './progress.ts';
export { describeResume, ResumeError, resumePoint, type ResumeChoice } from './resume.ts';
export { retriesPerCause } from './retry-budget.ts';
export type {
  AcquireGangInput,
  CheckpointRef,
  DriveStageInput,
  EvaluateInput,
  Gang,
  GangMember,
  LatestCheckpointInput,
  ReleaseGangInput,
  ResumePoint,
  StageGoesOn,
  StageInput,
  StageOutcome,
  StageResult,
  StartPoint,
  TrainingActivities,
  TrainInput,
  TrainResult,
} from './types.ts';
export type { runStage } from './workflows/run-stage.ts';
export type { trainOvis } from './workflows/train-ovis.ts';
