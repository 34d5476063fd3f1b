import type { CheckpointRef, LatestCheckpointInput } from '@ovis/workflows';

export async function latestCheckpoint(
  _input: LatestCheckpointInput,
  _env: NodeJS.ProcessEnv,
): Promise<CheckpointRef | null> {
  return null;
}
