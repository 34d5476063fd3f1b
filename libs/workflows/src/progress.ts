import type { StageNumber } from '@ovis/config';

export type RunStatus =
  | 'starting'
  | 'waiting-for-trainers'
  | 'training'
  | 'recovering'
  | 'paused'
  | 'evaluating'
  | 'completed'
  | 'failed'
  | 'cancelled';

export interface TrainerProgress {
  trainerId: string;
  rank: number;
  /** Phase of the stage, or `lost`. */
  state: string;
  /** Own time of a step beside the median of the gang: 1 is as fast as the others. */
  straggler?: number;
}

/** Answer to the query `progress`: the one truth about a run's status. Steps may lag a few seconds behind. */
export interface RunProgress {
  runId: string;
  status: RunStatus;
  /** 0 before the first stage. */
  stage: StageNumber | 0;
  step: number;
  totalSteps: number;
  loss?: number;
  imagesPerSecond?: number;
  generation: number;
  trainers: TrainerProgress[];
  /** URL of the last complete checkpoint; empty before the first. */
  checkpoint: string;
  /** What goes wrong in the training of this stage, in words; see docs/monitoring.md. */
  warnings?: string[];
  /** What happened last, in words. */
  note: string;
  stages: StageProgress[];
  resultUrl?: string;
  error?: RunError;
}

export interface StageProgress {
  stage: StageNumber;
  status: 'pending' | 'running' | 'done' | 'stopped' | 'before';
  steps: number;
  finalLoss?: number;
  checkpointUrl?: string;
}

export interface RunError {
  code: string;
  message: string;
  hint: string;
}

/** Argument of the signal `report`: what changed. `driveStage` tells the stage, and the stage, seldom, its run. */
export type RunReport = Partial<
  Pick<
    RunProgress,
    | 'status'
    | 'step'
    | 'totalSteps'
    | 'loss'
    | 'imagesPerSecond'
    | 'generation'
    | 'trainers'
    | 'checkpoint'
    | 'note'
    | 'warnings'
  >
> & { stage: StageNumber };

/** Heartbeat details of `driveStage`: read them with `describe` for the step of this moment. */
export interface StageHeartbeat {
  gangId: string;
  generation: number;
  step: number;
  totalSteps: number;
  loss?: number;
  imagesPerSecond?: number;
  checkpoint?: string;
  trainers: TrainerProgress[];
  warnings?: string[];
}
