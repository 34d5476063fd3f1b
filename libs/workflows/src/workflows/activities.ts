import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { RunConfig } from '@ovis/config';
import type { TrainingActivities } from '../types.ts';

/** Short calls: storage and bookkeeping. Their own causes are final or retried here. */
export const { recordRun, releaseGang, latestCheckpoint } = proxyActivities<TrainingActivities>({
  startToCloseTimeout: '2 minutes',
  retry: { initialInterval: '1 second', maximumInterval: '15 seconds', maximumAttempts: 5 },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

/** Waits for trainers, so its limit follows the configured wait. */
export function gangActivities(config: RunConfig): Pick<TrainingActivities, 'acquireGang'> {
  return proxyActivities<TrainingActivities>({
    startToCloseTimeout: (config.gang.waitSeconds + 60) * 1000,
    heartbeatTimeout: '15 seconds',
    retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  });
}

/**
 * Watching a gang. The retries without limit are for lost controllers only (a missed heartbeat): the trainers go on
 * meanwhile and the next attempt attaches to them. What the gang itself reports is never retried by Temporal.
 */
export const { driveStage, evaluateRun } = proxyActivities<TrainingActivities>({
  startToCloseTimeout: '60 days',
  heartbeatTimeout: '15 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 1.5, maximumInterval: '10 seconds' },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});
