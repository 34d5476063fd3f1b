import type { StageNumber } from '@ovis/config';
import type { CheckpointRef } from './types.ts';

/** Where a run's checkpoints lie below its `storage`. */
export function checkpointPrefix(runId: string): string {
  return `${runId}/checkpoints`;
}

/** What this needs of a checkpoint's manifest. */
export interface CheckpointSummary {
  id: string;
  /** ISO 8601. */
  createdAt: string;
  stage: number;
  step: number;
  totalSteps: number;
  loss?: number;
}

/**
 * The checkpoints of a run up to the last one that was saved, in the order of training. Those that sort behind it were
 * left by an earlier execution which got further before a stage was repeated.
 * @param url of the folder they lie in
 */
export function checkpointRefs(
  url: string,
  manifests: readonly CheckpointSummary[],
  latestId: string | undefined,
): CheckpointRef[] {
  const end = manifests.findIndex((manifest) => manifest.id === latestId);
  return manifests.slice(0, end + 1).flatMap((manifest): CheckpointRef[] => {
    const { id, stage, step, totalSteps, loss, createdAt } = manifest;
    if (!isStage(stage)) return [];
    return [
      {
        stage,
        step,
        totalSteps,
        loss,
        url: `${url.replace(/\/+$/, '')}/${id}`,
        complete: step >= totalSteps,
        savedAt: Date.parse(createdAt),
      },
    ];
  });
}

function isStage(stage: number): stage is StageNumber {
  return stage === 1 || stage === 2 || stage === 3;
}
