import type { RunConfig, StageNumber } from '@ovis/config';

/** Where training starts: a checkpoint, or the backbones when `checkpointUrl` is empty. */
export interface StartPoint {
  checkpointUrl: string;
  /** True: the stage starts at step 0 with a new optimizer. False: it continues inside the stage of the checkpoint. */
  initial: boolean;
  /** Steps of the stage that are already done. */
  step: number;
}

/** Where a resumed run goes on. */
export interface ResumePoint extends StartPoint {
  /** First stage that runs; `evaluation` when all three are complete. */
  stage: StageNumber | 'evaluation';
  /** The stage is done again: checkpoints that it or later stages left before do not count. */
  repeat?: boolean;
}

export interface TrainInput {
  runId: string;
  config: RunConfig;
  resume?: ResumePoint;
  /** Git revision, package versions, who started it: recorded beside the results. */
  origin?: Record<string, string>;
}

export interface TrainResult {
  runId: string;
  /** Stages that ran in this execution; stages done before a resume are not repeated here. */
  stages: StageResult[];
  checkpointUrl: string;
  /** URL of the evaluation's result; absent when the run has no evaluation. */
  resultUrl?: string;
}

export interface StageInput {
  runId: string;
  stage: StageNumber;
  config: RunConfig;
  start: StartPoint;
  /** Checkpoints saved before this time (milliseconds since the epoch) do not count. */
  since?: number;
}

export interface StageResult extends StageOutcome {
  stage: StageNumber;
  /** Gangs that were needed: 1 when nothing was lost. */
  generations: number;
  /** Ids of the trainers of the last gang, by rank. */
  trainers: string[];
}

export interface GangMember {
  trainerId: string;
  rank: number;
  /** "host:port" of its TrainerService. */
  grpcAddress: string;
  /** "host:port" of its collective listener. */
  collectiveAddress: string;
}

/** Trainers that work together; members are ordered by rank. */
export interface Gang {
  gangId: string;
  generation: number;
  trainers: GangMember[];
}

export interface AcquireGangInput {
  runId: string;
  stage: StageNumber | 'evaluation';
  gangId: string;
  generation: number;
  trainers: number;
  minTrainers: number;
  waitSeconds: number;
  /** The gang's size must divide this, so that every rank gets the same number of lanes. */
  lanes: number;
}

export interface DriveStageInput {
  gang: Gang;
  runId: string;
  stage: StageNumber;
  config: RunConfig;
  checkpointUrl: string;
  initial: boolean;
}

/** What a completed stage leaves behind. */
export interface StageOutcome {
  checkpointUrl: string;
  steps: number;
  /** Absent when the stage was already complete. */
  finalLoss?: number;
}

export interface EvaluateInput {
  gang: Gang;
  runId: string;
  config: RunConfig;
  checkpointUrl: string;
}

export interface LatestCheckpointInput {
  runId: string;
  storage: string;
  /** Only checkpoints of this stage saved at or after this time (milliseconds since the epoch). */
  stage?: StageNumber;
  since?: number;
}

/** A complete checkpoint (its manifest exists). */
export interface CheckpointRef {
  stage: StageNumber;
  step: number;
  totalSteps: number;
  url: string;
  loss?: number;
  /** True when it is the end of its stage. */
  complete: boolean;
  /** Milliseconds since the epoch. */
  savedAt: number;
}

/** What the controller does for the workflows. Failures are `ApplicationFailure`s made by `activityFailure`. */
export interface TrainingActivities {
  /** Writes `run.json` beside the results: fails early when the storage cannot be used. */
  recordRun(input: TrainInput): Promise<void>;
  acquireGang(input: AcquireGangInput): Promise<Gang>;
  driveStage(input: DriveStageInput): Promise<StageOutcome>;
  evaluateRun(input: EvaluateInput): Promise<{ resultUrl: string }>;
  /** Frees the trainers; stops those that still work for this gang. */
  releaseGang(input: { gang: Gang; reason: string }): Promise<void>;
  latestCheckpoint(input: LatestCheckpointInput): Promise<CheckpointRef | null>;
}
