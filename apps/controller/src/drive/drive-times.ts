import { StagePhase } from '@ovis/protocol';

/** Time limits of the controller's view of a gang, milliseconds. */
export interface DriveTimes {
  heartbeatMs: number;
  /** How long a trainer whose stream broke may stay away while the fleet no longer hears of it. */
  reattachMs: number;
  /** After the first failure, how long to wait for the others' words: the cause may not be the first to arrive. */
  settleMs: number;
  /** After rank 0 is done, how long the others may take. */
  lastWordMs: number;
  /** A checkpoint at the next step boundary. */
  stopMs: number;
  /** Longest silence of a trainer in each phase before anything was measured: alive is not progressing. */
  silence: Record<StagePhase, number>;
  /** A gang trains at least this long before it may be stopped to form anew in another size. */
  regroupAfterMs: number;
  /** A gang trains at least this long before free trainers are asked to prepare for a place in it. */
  prepareAfterMs: number;
  /** After so many reports the workflow of the stage begins a new execution: its history stays short. */
  reportsPerExecution: number;
}

const minutes = 60_000;

export const defaultDriveTimes: DriveTimes = {
  heartbeatMs: 500,
  reattachMs: 10_000,
  settleMs: 1_500,
  lastWordMs: 30_000,
  stopMs: 5 * minutes,
  silence: {
    [StagePhase.UNSPECIFIED]: 2 * minutes,
    [StagePhase.LOADING]: 20 * minutes,
    [StagePhase.COMPILING]: 20 * minutes,
    [StagePhase.TRAINING]: 10 * minutes,
    [StagePhase.CHECKPOINTING]: 20 * minutes,
  },
  regroupAfterMs: 10_000,
  prepareAfterMs: 2_000,
  reportsPerExecution: 2_000,
};

export const phaseNames: Record<StagePhase, string> = {
  [StagePhase.UNSPECIFIED]: 'starting',
  [StagePhase.LOADING]: 'loading',
  [StagePhase.COMPILING]: 'compiling',
  [StagePhase.TRAINING]: 'training',
  [StagePhase.CHECKPOINTING]: 'checkpointing',
};
