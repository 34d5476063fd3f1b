import type { ObjectStorage } from '@ovis/storage';
import { CheckpointError } from './errors.ts';
import { latestCheckpointId } from './load.ts';
import { join, type Manifest, type TrainState } from './manifest.ts';
import type { ModelPart } from './parts.ts';
import { CheckpointReader } from './reader.ts';
import type { StoredTensors } from './stored-tensors.ts';

export interface OpenCheckpoint {
  manifest: Manifest;
  /** The model's tensors, not read yet. */
  tensors: StoredTensors;
  state: TrainState;
  /** The extra files: config.json, tokenizer.json, ... */
  files: Record<string, Uint8Array>;
}

const MODEL_PARTS: ModelPart[] = ['vte', 'visual_head', 'vit', 'llm'];

/**
 * A checkpoint's model without loading it: the tensors are read when they are asked for, and checked then (of version 1 the whole
 * file, before the first of its tensors). The optimizer is left out.
 * @param id of one checkpoint, or `latest`
 * @param parts only these
 * @throws CheckpointError NOT_FOUND, CORRUPT (then, or by a tensor's `read`): another checkpoint is not taken instead
 */
export async function openCheckpoint(
  storage: ObjectStorage,
  prefix: string,
  id: string,
  parts: readonly ModelPart[] = MODEL_PARTS,
): Promise<OpenCheckpoint> {
  const wanted = id === 'latest' ? await latestCheckpointId(storage, prefix) : id;
  const reader =
    wanted === undefined ? undefined : await CheckpointReader.open(storage, prefix, wanted, parts);
  if (reader === undefined) {
    throw new CheckpointError(
      'NOT_FOUND',
      `there is no checkpoint '${id}' in ${storage.url}/${join(prefix)}`,
      'list the folder; a checkpoint is a folder in it with a manifest.json',
    );
  }
  const { manifest, state, files } = reader;
  const tensors = Object.fromEntries([...reader.tensors.keys()].map((name) => [name, reader.stored(name)]));
  return { manifest, tensors, state, files: { ...files } };
}
