import { StageError } from './errors.ts';
import type { FlatGroup } from './flat-layout.ts';

/** A tensor on the host, as checkpoints store it (the same shape as `@ovis/checkpoint`'s). */
export interface HostTensor {
  dtype: 'F32';
  shape: number[];
  data: Float32Array;
}
export type HostTensors = Record<string, HostTensor>;

/** Named views on a group's flat buffer, nothing is copied. `rename` gives the name under which a parameter's slice is stored. */
export function splitFlat(
  group: FlatGroup,
  flat: Float32Array,
  rename: (name: string) => string = (name) => name,
): HostTensors {
  return Object.fromEntries(
    group.slices.map(({ name, shape, offset, size }) => {
      const from = offset - group.offset;
      return [rename(name), { dtype: 'F32' as const, shape, data: flat.subarray(from, from + size) }];
    }),
  );
}

/** What {@link splitFlat} took apart. @throws StageError STATE_MISMATCH naming a missing or mis-shaped tensor. */
export function joinFlat(
  group: FlatGroup,
  tensors: Record<string, { shape: readonly number[]; data: ArrayLike<number> }>,
  rename: (name: string) => string = (name) => name,
): Float32Array {
  const flat = new Float32Array(group.size);
  for (const slice of group.slices) {
    const stored = tensors[rename(slice.name)];
    if (!stored || stored.data.length !== slice.size || stored.shape.join() !== slice.shape.join()) {
      throw new StageError(
        'STATE_MISMATCH',
        `The optimizer state has ${stored ? `[${stored.shape.join(', ')}]` : 'nothing'} for ${rename(slice.name)}; this stage needs [${slice.shape.join(', ')}].`,
        'Resume with the run file the checkpoint was made with, or start the stage anew without its optimizer state.',
      );
    }
    flat.set(stored.data, slice.offset - group.offset);
  }
  return flat;
}
