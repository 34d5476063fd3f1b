import { type ObjectStorage } from '@ovis/storage';
import { CheckpointError } from './errors.ts';
import { inParallel, join, readManifest, type Manifest } from './manifest.ts';
import { VerifiedFile } from './verified-chunks.ts';

/** Reads everything; the problems found, none if the checkpoint is whole. Storage failures are thrown. */
export async function verifyCheckpoint(
  storage: ObjectStorage,
  prefix: string,
  id: string,
  o: { onFile?: (name: string, problem: string | undefined) => void } = {},
): Promise<string[]> {
  let manifest: Manifest | undefined;
  try {
    manifest = await readManifest(storage, prefix, id);
  } catch (error) {
    if (error instanceof CheckpointError) return [error.message];
    throw error;
  }
  if (manifest === undefined) return [`there is no checkpoint '${id}' in ${storage.url}/${join(prefix)}`];
  const found = manifest;
  const problems: string[] = [];
  await inParallel(Object.keys(found.files), 4, async (name) => {
    const problem = await new VerifiedFile(storage, prefix, found, name).problem();
    if (problem) problems.push(problem.message);
    o.onFile?.(name, problem?.message);
  });
  return problems.sort();
}
