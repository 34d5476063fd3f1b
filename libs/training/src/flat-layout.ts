import { tf } from '@ovis/tensorflow';

/** Slices start at multiples of this many floats (64 bytes): TensorFlow then gives views of the buffer, not copies. */
export const ALIGNMENT = 16;

/** Numbers that travel behind the gradients in the same buffer, and so through the same allreduce. */
export const TAIL = {
  /** Sum of token losses ('tokens') or of micro-batch means ('microbatch'). */
  loss: 0,
  /** Tokens that were learned from. */
  tokens: 1,
  /** Micro-batches with at least one such token. */
  microBatches: 2,
  /** Ranks that ask to stop after this step. */
  stop: 3,
} as const;

/** A tensor's place in the flat buffer. */
export interface FlatSlice {
  name: string;
  shape: number[];
  offset: number;
  size: number;
}

/** Parameters with one learning rate: a range of the flat buffer. */
export interface FlatGroup {
  /** Peak rate. */
  learningRate: number;
  slices: FlatSlice[];
  offset: number;
  /** Floats of all slices, gaps included. */
  size: number;
}

/** Where each trained parameter lies in the flat buffers of gradients, weights and moments. */
export interface FlatLayout {
  /** Those of all groups. */
  slices: FlatSlice[];
  groups: FlatGroup[];
  /** Floats of all groups. */
  size: number;
  /** `size` plus the tail. */
  sizeWithTail: number;
}

/**
 * Lays the parameters out, group after group, each in backward order: the order in which their gradients become known.
 * @param rates trained parameters in forward order, with their peak rates
 */
export function flatLayout(
  rates: ReadonlyMap<string, number>,
  shapes: Record<string, { shape: number[] }>,
): FlatLayout {
  let end = 0;
  const groups = [...new Set(rates.values())].map((learningRate): FlatGroup => {
    const offset = end;
    const names = [...rates.keys()].filter((name) => rates.get(name) === learningRate);
    const slices = names.reverse().map((name) => {
      const shape = shapes[name]!.shape;
      const size = shape.reduce((product, side) => product * side, 1);
      const slice = { name, shape, offset: end, size };
      end += Math.ceil(size / ALIGNMENT) * ALIGNMENT;
      return slice;
    });
    return { learningRate, slices, offset, size: end - offset };
  });
  return { slices: groups.flatMap(({ slices }) => slices), groups, size: end, sizeWithTail: end + ALIGNMENT };
}

/** A tensor per slice -> one flat tensor without gaps between the slices' places, with `tail` (shorter than {@link ALIGNMENT}) behind it. */
export function joinSlices(
  slices: readonly FlatSlice[],
  tensorOf: (slice: FlatSlice, index: number) => tf.Tensor | undefined,
  tail?: readonly tf.Scalar[],
): tf.Tensor1D {
  const zeros = (count: number) => (count > 0 ? [tf.zeros<tf.Rank.R1>([count])] : []);
  const pieces = slices.flatMap((slice, i) => {
    const tensor = tensorOf(slice, i);
    const gap = (ALIGNMENT - (slice.size % ALIGNMENT)) % ALIGNMENT;
    if (!tensor) return zeros(slice.size + gap);
    return [tf.reshape<tf.Rank.R1>(tensor, [slice.size]), ...zeros(gap)];
  });
  const numbers = tail
    ? [...tail.map((t) => tf.reshape<tf.Rank.R1>(t, [1])), ...zeros(ALIGNMENT - tail.length)]
    : [];
  return tf.concat1d([...pieces, ...numbers]);
}

/** The parameters in a group's flat tensor `[group.size]`; inside `compile` on a CPU (not by XLA) without copying it. */
export function cutSlices(group: FlatGroup, flat: tf.Tensor1D): Record<string, tf.Tensor> {
  return Object.fromEntries(
    group.slices.map(({ name, shape, offset, size }) => [
      name,
      tf.reshape(tf.slice1d(flat, offset - group.offset, size), shape),
    ]),
  );
}
