import type { ProcessGroup } from '@ovis/allreduce';
import type { RunConfig } from '@ovis/config';
import type { RunStageRequest } from '@ovis/protocol';
import type { Logger } from '@ovis/telemetry';
import type { LossMemory, StageTrainer } from '@ovis/training';
import type { LaneCursor } from '@ovis/webdataset';
import { loadStart } from './checkpoints/load-start.ts';
import type { StageCheckpoints } from './checkpoints/stage-checkpoints.ts';
import { disposeStage } from './hand-over/held-memory.ts';
import { together, type StartPoint } from './hand-over/start-stage.ts';

export interface RollBackOptions {
  request: RunStageRequest;
  run: RunConfig;
  group: ProcessGroup;
  /** The stage as it is: all of it is disposed. */
  start: StartPoint;
  trainer: StageTrainer;
  checkpoints: StageCheckpoints;
  /** Where the lanes of all ranks stand, behind the bad samples. */
  cursors: LaneCursor[] | undefined;
  log: Logger;
}

/**
 * Takes a stage back to its last checkpoint in the storage, or to its start, with the samples behind those that were bad. All ranks call it.
 * @throws what keeps the last checkpoint from being saved or read
 */
export async function rollBack(o: RollBackOptions): Promise<StartPoint> {
  const { request, run, group, start, trainer, checkpoints, cursors, log } = o;
  const losses = trainer.progress.monitors?.losses;
  let saved: string;
  try {
    // What is under way is as good as it was when it was taken.
    saved = await checkpoints.finish();
  } finally {
    await checkpoints.close();
    disposeStage(trainer, start.model);
  }
  const from = saved === '' ? request : { ...request, checkpointUrl: saved, initial: false };
  log.warn(`goes back to ${from.checkpointUrl || 'the start of the stage'}`);
  const loaded = await together(group, loadStart({ request: from, log }, run));
  const rollbacks = (losses?.rollbacks ?? 0) + 1;
  const memory: LossMemory = { ...emptyMemory, ...loaded.state?.monitors?.losses, rollbacks };
  return { ...loaded, cursors, monitors: { ...loaded.state?.monitors, losses: memory } };
}

const emptyMemory: LossMemory = { losses: [], gradNorms: [], inARow: 0, skipped: 0, rollbacks: 0 };
