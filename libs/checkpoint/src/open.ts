import type { ObjectStorage } from '@ovis/storage';
import { createHash } from 'node:crypto';
import { CheckpointError } from './errors.ts';
import { latestCheckpointId } from './load.ts';
import { join, readManifest, STATE_FILE, type Manifest, type TrainState } from './manifest.ts';
import type { ModelPart } from './parts.ts';
import type { StoredTensors } from './stored-tensors.ts';
import { openSafetensors } from './stream-safetensors.ts';
import { readVerified } from './verify.ts';

export interface OpenCheckpoint {
  manifest: Manifest;
  /** The model's tensors, not read yet. */
  tensors: StoredTensors;
  state: TrainState;
  /** The extra files: config.json, tokenizer.json, ... */
  files: Record<string, Uint8Array>;
}

/**
 * A checkpoint's model without loading it: its files are checked against size and sha256 of the manifest as they stream by (so
 * they are read twice), and the tensors are read by byte range when they are asked for. The optimizer is left out.
 * @param id of one checkpoint, or `latest`
 * @throws CheckpointError NOT_FOUND, CORRUPT: another checkpoint is not taken instead
 */
export async function openCheckpoint(
  storage: ObjectStorage,
  prefix: string,
  id: string,
): Promise<OpenCheckpoint> {
  const wanted = id === 'latest' ? await latestCheckpointId(storage, prefix) : id;
  const manifest = wanted === undefined ? undefined : await readManifest(storage, prefix, wanted);
  if (manifest === undefined) {
    throw new CheckpointError(
      'NOT_FOUND',
      `there is no checkpoint '${id}' in ${storage.url}/${join(prefix)}`,
      'list the folder; a checkpoint is a folder in it with a manifest.json',
    );
  }
  const parts = Object.entries(manifest.parts) as [ModelPart | 'optimizer', string[]][];
  const tensors: StoredTensors = {};
  for (const [part, names] of parts) {
    if (part === 'optimizer') continue;
    for (const name of names) {
      Object.assign(tensors, await openVerified(storage, prefix, manifest, name));
    }
  }
  const weights = new Set(parts.flatMap(([, names]) => names));
  const files: Record<string, Uint8Array> = {};
  for (const name of Object.keys(manifest.files)) {
    if (!weights.has(name)) files[name] = await readVerified(storage, prefix, manifest, name);
  }
  const { [STATE_FILE]: state, ...extra } = files;
  if (state === undefined) throw damaged(manifest, STATE_FILE, 'is missing in its manifest');
  return {
    manifest,
    tensors,
    state: JSON.parse(new TextDecoder().decode(state)) as TrainState,
    files: extra,
  };
}

async function openVerified(
  storage: ObjectStorage,
  prefix: string,
  manifest: Manifest,
  name: string,
): Promise<StoredTensors> {
  const file = manifest.files[name];
  if (file === undefined) throw damaged(manifest, name, 'is missing in its manifest');
  const key = join(prefix, file.key);
  const found = await storage.head(key);
  if (found?.size !== file.bytes) {
    throw damaged(manifest, name, `has ${found?.size ?? 'no'} bytes instead of ${file.bytes}`);
  }
  const hash = createHash('sha256');
  for await (const chunk of await storage.stream(key)) hash.update(chunk);
  if (hash.digest('hex') !== file.sha256) {
    throw damaged(manifest, name, 'does not have the sha256 of its manifest');
  }
  return (await openSafetensors(storage, key)).tensors;
}

function damaged(manifest: Manifest, name: string, why: string): CheckpointError {
  return new CheckpointError(
    'CORRUPT',
    `checkpoint '${manifest.id}' is damaged: ${name} ${why}`,
    'use an earlier checkpoint; delete this one',
  );
}
