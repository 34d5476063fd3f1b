import { StageError } from './errors.ts';
import type { FlatBucket } from './flat-layout.ts';

/** A tensor on the host, as checkpoints store it (the same shape as `@ovis/checkpoint`'s). */
export interface HostTensor {
  dtype: 'F32';
  shape: number[];
  data: Float32Array;
}
export type HostTensors = Record<string, HostTensor>;

/** Tensors as a checkpoint has them. */
export type StoredTensors = Record<string, { shape: readonly number[]; data: ArrayLike<number> }>;

/** Named views on a bucket's flat buffer, nothing is copied. `rename` gives the name under which a parameter's slice is stored. */
export function splitFlat(
  bucket: FlatBucket,
  flat: Float32Array,
  rename: (name: string) => string = (name) => name,
): HostTensors {
  return Object.fromEntries(
    bucket.slices.map(({ name, shape, offset, size }) => [
      rename(name),
      { dtype: 'F32' as const, shape, data: flat.subarray(offset, offset + size) },
    ]),
  );
}

/** What {@link splitFlat} took apart. @throws StageError STATE_MISMATCH naming a missing or mis-shaped tensor. */
export function joinFlat(
  bucket: FlatBucket,
  tensors: StoredTensors,
  rename: (name: string) => string = (name) => name,
): Float32Array {
  const flat = new Float32Array(bucket.size);
  for (const slice of bucket.slices) {
    const stored = tensors[rename(slice.name)];
    if (!stored || stored.data.length !== slice.size || stored.shape.join() !== slice.shape.join()) {
      throw new StageError(
        'STATE_MISMATCH',
        `The optimizer state has ${stored ? `[${stored.shape.join(', ')}]` : 'nothing'} for ${rename(slice.name)}; this stage needs [${slice.shape.join(', ')}].`,
        'Resume with the run file the checkpoint was made with, or start the stage anew without its optimizer state.',
      );
    }
    flat.set(stored.data, slice.offset);
  }
  return flat;
}

export function mergeAll<T>(records: readonly Record<string, T>[]): Record<string, T> {
  return Object.assign({}, ...records) as Record<string, T>;
}
