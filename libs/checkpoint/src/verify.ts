import { isStorageError, type ObjectStorage } from '@ovis/storage';
import { CheckpointError } from './errors.ts';
import { inParallel, join, readManifest, sha256, type Manifest } from './manifest.ts';

/** Reads one of a checkpoint's files; CORRUPT unless it is, byte for byte, what was written. */
export async function readVerified(
  storage: ObjectStorage,
  prefix: string,
  manifest: Manifest,
  name: string,
): Promise<Uint8Array> {
  const file = manifest.files[name];
  const corrupt = (why: string, cause?: unknown): CheckpointError =>
    new CheckpointError(
      'CORRUPT',
      `checkpoint '${manifest.id}' is damaged: ${name} ${why} (${storage.url}/${join(prefix, file?.key ?? manifest.id)})`,
      'use an earlier checkpoint; delete this one',
      cause,
    );
  if (file === undefined) throw corrupt('is missing in its manifest');
  let bytes: Uint8Array;
  try {
    bytes = await storage.get(join(prefix, file.key));
  } catch (error) {
    if (isStorageError(error, 'NOT_FOUND', 'TRUNCATED')) throw corrupt('cannot be read', error);
    throw error;
  }
  if (bytes.length !== file.bytes) throw corrupt(`has ${bytes.length} bytes instead of ${file.bytes}`);
  if ((await sha256(bytes)) !== file.sha256) throw corrupt('does not have the sha256 of its manifest');
  return bytes;
}

/** Reads everything; the problems found, none if the checkpoint is whole. Storage failures are thrown. */
export async function verifyCheckpoint(
  storage: ObjectStorage,
  prefix: string,
  id: string,
): Promise<string[]> {
  const problems: string[] = [];
  const note = (error: unknown): void => {
    if (!(error instanceof CheckpointError)) throw error;
    problems.push(error.message);
  };
  let manifest: Manifest | undefined;
  try {
    manifest = await readManifest(storage, prefix, id);
  } catch (error) {
    note(error);
    return problems;
  }
  if (manifest === undefined) return [`there is no checkpoint '${id}' in ${storage.url}/${join(prefix)}`];
  const found = manifest;
  await inParallel(Object.keys(found.files), 2, async (name) => {
    await readVerified(storage, prefix, found, name).catch(note);
  });
  return problems;
}
