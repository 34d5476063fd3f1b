import type { RunConfig, StageNumber } from '@ovis/config';
import type { FailureBudget } from './failures.ts';
import type { GangWish } from './gang-wish.ts';

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
  /** The config differs from that of the checkpoint, in what a stage can change on its way. */
  acceptChanges?: boolean;
  /** The stage is done again: checkpoints that it or later stages left before do not count. */
  repeat?: boolean;
}

export interface TrainInput {
  runId: string;
  config: RunConfig;
  resume?: ResumePoint;
  /** Git revision, package versions, who started it: recorded beside the results. */
  origin?: Record<string, string>;
  /** A long run goes on in a new execution with a short history: what the ones before have done. Set by the workflow itself. */
  carried?: { stages: StageResult[]; submittedAt: number };
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
  /** When the run was submitted (milliseconds since the epoch): its place among equals that wait for trainers. */
  submittedAt: number;
  /** Checkpoints saved before this time (milliseconds since the epoch) do not count. */
  since?: number;
  acceptChanges?: boolean;
  /** Begin paused. */
  paused?: boolean;
  /** Where the execution before this one (continue-as-new) stood. Set by the workflow itself. */
  carried?: CarriedStage;
}

/** State of a stage that outlives one execution of its workflow. */
export interface CarriedStage {
  generation: number;
  /** The gang it holds; absent when it holds none. */
  gang?: Gang;
  /** The gang is at work: attach to it. */
  attach: boolean;
  budget: RetryCounts;
}

/** Tries used since the last progress, by cause. */
export type RetryCounts = Partial<Record<FailureBudget, number>>;

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

export interface AcquireGangInput extends GangWish {
  runId: string;
  stage: StageNumber | 'evaluation';
  gangId: string;
  generation: number;
  /** Members of the generation before, by rank: those that are still there keep their ranks. */
  previous?: GangMember[];
  /** Trainers of it that are given up: they are let go, and may come back as new processes. */
  lost?: string[];
}

export interface DriveStageInput {
  gang: Gang;
  runId: string;
  stage: StageNumber;
  config: RunConfig;
  checkpointUrl: string;
  initial: boolean;
  /** Steps of the stage that are in the checkpoint. */
  startStep: number;
  submittedAt: number;
  acceptChanges?: boolean;
  /** The gang is at work already: an earlier execution of the workflow started it. */
  attach?: boolean;
}

/** What a completed stage leaves behind. */
export interface StageOutcome {
  checkpointUrl: string;
  steps: number;
  /** Absent when the stage was already complete. */
  finalLoss?: number;
}

/** The gang goes on, but its workflow has heard so much of it that it should begin a new execution. */
export interface StageGoesOn {
  goesOn: true;
}

export interface ReleaseGangInput {
  gangId: string;
  generation: number;
  /** Everybody the gang had, in any generation. */
  trainers: GangMember[];
  reason: string;
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
  driveStage(input: DriveStageInput): Promise<StageOutcome | StageGoesOn>;
  evaluateRun(input: EvaluateInput): Promise<{ resultUrl: string }>;
  /** Frees the trainers and what they hold; stops those that still work for this gang. */
  releaseGang(input: ReleaseGangInput): Promise<void>;
  latestCheckpoint(input: LatestCheckpointInput): Promise<CheckpointRef | null>;
}
