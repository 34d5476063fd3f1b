import type { RunConfig, TrainerRequirements } from '@ovis/config';

/** What gang a run wants, and its place among the runs that wait. */
export interface GangWish {
  trainers: number;
  minTrainers: number;
  waitSeconds: number;
  /** The gang's size must divide this, so that every rank gets the same number of lanes. */
  lanes: number;
  /** The highest gets trainers first. */
  priority: number;
  /** Milliseconds since the epoch: among equals, the earliest gets trainers first. */
  submittedAt: number;
  require?: TrainerRequirements;
}

export function gangWish({ gang, data, priority }: RunConfig, submittedAt: number): GangWish {
  const { trainers, minTrainers, waitSeconds, require } = gang;
  // Runs that were submitted before there were priorities have none.
  return {
    trainers,
    minTrainers,
    waitSeconds,
    lanes: data.lanes,
    priority: priority ?? 0,
    submittedAt,
    require,
  };
}
