import { createHash } from 'node:crypto';
import { join, type ManifestFile } from './manifest.ts';
import type { StateTensor } from './plan.ts';
import type { CheckpointReader } from './reader.ts';

/** Files of earlier checkpoints that stand in a new one's manifest instead of being written again. */
export interface References {
  files: Record<string, ManifestFile>;
  /** Names of those that hold tensors, by part. */
  parts: Record<string, string[]>;
}

/**
 * What of a checkpoint stays true while some tensors are trained: the files that hold nothing else but tensors which are not.
 * @param url the folder that new checkpoints go to: only what lies there can be referred to
 * @param tensors the whole state
 * @returns the references, the tensors in them, and the other tensors
 */
export function referencesOf(
  url: string,
  base: CheckpointReader | undefined,
  tensors: readonly StateTensor[],
): { references: References; covered: StateTensor[]; rest: StateTensor[] } {
  const references: References = { files: {}, parts: {} };
  if (base === undefined || join(base.storage.url, base.prefix) !== join(url)) {
    return { references, covered: [], rest: [...tensors] };
  }
  const state = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const usable = new Map<string, string[]>();
  for (const [file, names] of base.tensorsByFile()) {
    const same = names.every((name) => {
      const [now, then] = [state.get(name), base.tensors.get(name)];
      return now && !now.trained && !now.range && now.shape.join() === then?.shape.join();
    });
    if (same) usable.set(file, names);
  }
  // A tensor may lie in several files: one that cannot be used makes the others useless.
  for (let before = -1; before !== usable.size;) {
    before = usable.size;
    for (const [file, names] of usable) {
      const pieces = names.flatMap((name) => base.tensors.get(name)!.pieces);
      if (!pieces.every((piece) => usable.has(piece.file))) usable.delete(file);
    }
  }
  const covered = new Set([...usable.values()].flat());
  for (const [file, names] of usable) {
    if (names.length === 0) continue;
    references.files[file] = base.manifest.files[file]!;
    const { part } = base.tensors.get(names[0]!)!;
    (references.parts[part] ??= []).push(file);
  }
  return {
    references,
    covered: tensors.filter(({ name }) => covered.has(name)),
    rest: tensors.filter(({ name }) => !covered.has(name)),
  };
}

/** Whether a file of a manifest has exactly these bytes. */
export function sameFile(file: ManifestFile | undefined, bytes: Uint8Array): boolean {
  return (
    file !== undefined &&
    file.bytes === bytes.length &&
    file.sha256 === createHash('sha256').update(bytes).digest('hex')
  );
}

/** The parts of several shares as one. */
export function joinNames(all: readonly Record<string, string[]>[]): Record<string, string[]> {
  const parts: Record<string, string[]> = {};
  for (const one of all) {
    for (const [part, names] of Object.entries(one)) {
      parts[part] = [...new Set([...(parts[part] ?? []), ...names])].sort();
    }
  }
  return parts;
}
