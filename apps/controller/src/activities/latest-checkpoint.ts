import { latestCheckpointId, listCheckpoints } from '@ovis/checkpoint';
import { openStorage } from '@ovis/storage';
import {
  checkpointPrefix,
  checkpointRefs,
  type CheckpointRef,
  type LatestCheckpointInput,
} from '@ovis/workflows';

/** The last complete checkpoint of a run (of one stage, saved since a time); null when there is none. */
export async function latestCheckpoint(
  input: LatestCheckpointInput,
  env: NodeJS.ProcessEnv,
): Promise<CheckpointRef | null> {
  const storage = openStorage(input.storage, env);
  const prefix = checkpointPrefix(input.runId);
  const latest = await latestCheckpointId(storage, prefix);
  const refs = checkpointRefs(`${storage.url}/${prefix}`, await listCheckpoints(storage, prefix), latest);
  const wanted = refs.filter(
    ({ stage, savedAt }) => (input.stage ?? stage) === stage && savedAt >= (input.since ?? 0),
  );
  return wanted.at(-1) ?? null;
}
