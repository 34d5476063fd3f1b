import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { TrainingActivities } from '../types.ts';

const cancellationType = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED;

/** Short calls: storage and bookkeeping. Their own causes are final or retried here. */
export const { recordRun, releaseGang, latestCheckpoint } = proxyActivities<TrainingActivities>({
  startToCloseTimeout: '2 minutes',
  retry: { initialInterval: '1 second', maximumInterval: '15 seconds', maximumAttempts: 5 },
  cancellationType,
});

/** Waits for trainers, for as long as it is its turn to wait. */
export const { acquireGang } = proxyActivities<TrainingActivities>({
  startToCloseTimeout: '60 days',
  heartbeatTimeout: '8 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
  cancellationType,
});

/**
 * Watching a gang. The retries without limit are for lost controllers only (a missed heartbeat): the trainers go on
 * meanwhile and the next attempt attaches to them. What the gang itself reports is never retried by Temporal.
 */
export const { driveStage, evaluateRun } = proxyActivities<TrainingActivities>({
  startToCloseTimeout: '60 days',
  heartbeatTimeout: '8 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 1.5, maximumInterval: '10 seconds' },
  cancellationType,
});
