/** Slices start at multiples of this many floats (64 bytes): TensorFlow then gives views of the buffer, not copies. */
const ALIGNMENT = 16;

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

/** Where each trained parameter lies in the flat buffers of gradients, weights and moments. */
export interface FlatLayout {
  slices: FlatSlice[];
  /** Floats of all slices, gaps included. */
  size: number;
  /** `size` plus the tail. */
  sizeWithTail: number;
}

/**
 * Lays the parameters out in backward order, the order in which their gradients become known.
 * @param names trained parameters in forward order
 */
export function flatLayout(
  names: readonly string[],
  shapes: Record<string, { shape: number[] }>,
): FlatLayout {
  let offset = 0;
  const slices = [...names].reverse().map((name) => {
    const shape = shapes[name]!.shape;
    const size = shape.reduce((product, side) => product * side, 1);
    const slice = { name, shape, offset, size };
    offset += Math.ceil(size / ALIGNMENT) * ALIGNMENT;
    return slice;
  });
  return { slices, size: offset, sizeWithTail: offset + ALIGNMENT };
}

/** Unused floats between a slice and the next one. */
export function gapAfter(slice: FlatSlice): number {
  return (ALIGNMENT - (slice.size % ALIGNMENT)) % ALIGNMENT;
}

/** Floats of the tail. */
export const TAIL_SIZE = ALIGNMENT;
