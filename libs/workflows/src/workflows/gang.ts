import { CancellationScope, log, workflowInfo } from '@temporalio/workflow';
import type { RunConfig, StageNumber } from '@ovis/config';
import type { Gang } from '../types.ts';
import { gangActivities, releaseGang } from './activities.ts';

/**
 * Runs `work` with a gang (all of its trainers or none) and gives the trainers back whatever happens, cancellation
 * included.
 */
export async function withGang<T>(
  o: { runId: string; stage: StageNumber | 'evaluation'; generation: number; config: RunConfig },
  work: (gang: Gang) => Promise<T>,
): Promise<T> {
  const { gang: wanted, data } = o.config;
  // The execution's own id keeps generations of a resumed run apart from those of the run before.
  const gangId = `${o.runId}/${o.stage === 'evaluation' ? o.stage : `stage-${o.stage}`}/${workflowInfo().runId.slice(0, 8)}`;
  const gang = await gangActivities(o.config).acquireGang({
    runId: o.runId,
    stage: o.stage,
    gangId,
    generation: o.generation,
    trainers: wanted.trainers,
    minTrainers: wanted.minTrainers,
    waitSeconds: wanted.waitSeconds,
    lanes: data.lanes,
  });
  let reason = 'done';
  try {
    return await work(gang);
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
    throw error;
  } finally {
    await CancellationScope.nonCancellable(async () => {
      try {
        await releaseGang({ gang, reason });
      } catch (error) {
        // The controller takes leases back by itself once the trainers report idle.
        log.warn('the gang was not released', { gangId, error: String(error) });
      }
    });
  }
}
