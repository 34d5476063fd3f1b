import { tf } from '@ovis/tensorflow';

/** Slices start at multiples of this many floats (64 bytes): TensorFlow then gives views of the buffer, not copies. */
export const ALIGNMENT = 16;

/** Numbers behind a bucket's gradients. Those of the last bucket travel with it, and so through the same allreduce. */
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

/** A tensor's place in its bucket. */
export interface FlatSlice {
  name: string;
  shape: number[];
  offset: number;
  size: number;
}

/** Parameters whose gradients are exchanged, and which are updated, together: `[size]` floats. */
export interface FlatBucket {
  /** Which of the layout's groups they belong to. */
  group: number;
  slices: FlatSlice[];
  /** Floats of the buckets in front of it. */
  offset: number;
  /** Floats of all slices, gaps included: a multiple of {@link ALIGNMENT} for each part. */
  size: number;
}

/** Parameters with one learning rate. */
export interface FlatGroup {
  /** Peak rate. */
  learningRate: number;
  names: string[];
}

/** Where each trained parameter lies in the flat buffers of gradients, weights and moments. */
export interface FlatLayout {
  groups: FlatGroup[];
  /** In the order in which they are full during the backward pass. */
  buckets: FlatBucket[];
  /** Equal parts that a bucket can be cut into; sums over it are made part by part. */
  parts: number;
  /** Floats of all buckets. */
  size: number;
}

export interface LayoutOptions {
  /** Bytes of a bucket, about; a larger parameter has one of its own. Default: no limit. */
  bucketBytes?: number;
  /** Ranks that share buckets out between them. Default 1. */
  ranks?: number;
}

/** The order of sums follows from it: the same for every number of ranks that divides it, however the gang is changed. */
const PARTS = 8;

/** More buckets than this hide nothing more of the exchange, and each costs operations: those of large models are larger. */
const MOST_BUCKETS = 24;

/**
 * Deals the parameters out to buckets in backward order, the order in which their gradients become known: the first bucket is full long
 * before the pass ends.
 * @param rates trained parameters in forward order, with their peak rates
 */
export function flatLayout(
  rates: ReadonlyMap<string, number>,
  shapes: Record<string, { shape: number[] }>,
  { bucketBytes = Infinity, ranks = 1 }: LayoutOptions = {},
): FlatLayout {
  const values = [...new Set(rates.values())];
  const backward = [...rates.keys()].reverse();
  const sizeOf = (name: string) => shapes[name]!.shape.reduce((product, side) => product * side, 1);
  const all = backward.reduce((sum, name) => sum + sizeOf(name), 0);
  const limit = Math.max(bucketBytes / 4, all / MOST_BUCKETS);

  const open = new Map<number, FlatBucket>();
  const buckets: FlatBucket[] = [];
  for (const name of backward) {
    const group = values.indexOf(rates.get(name)!);
    const size = sizeOf(name);
    let bucket = open.get(group);
    if (bucket && bucket.size + size > limit) bucket = undefined;
    if (!bucket) open.set(group, (bucket = { group, slices: [], offset: 0, size: 0 }));
    // Its place in the list is that of its last parameter.
    const place = buckets.indexOf(bucket);
    if (place >= 0) buckets.splice(place, 1);
    buckets.push(bucket);
    bucket.slices.push({ name, shape: shapes[name]!.shape, offset: bucket.size, size });
    bucket.size += roundUp(size, ALIGNMENT);
  }
  const parts = PARTS % ranks === 0 ? PARTS : ranks;
  let end = 0;
  for (const bucket of buckets) {
    bucket.offset = end;
    bucket.size = roundUp(bucket.size, ALIGNMENT * parts);
    end += bucket.size;
  }
  const groups = values.map((learningRate) => ({
    learningRate,
    names: backward.filter((name) => rates.get(name) === learningRate),
  }));
  return { groups, buckets, parts, size: end };
}

/** The part of a bucket that is a rank's own where the optimizer is shared out: as the collectives cut it. */
export function ownRange(bucket: FlatBucket, part: number, parts: number): { begin: number; size: number } {
  const size = bucket.size / parts;
  return { begin: part * size, size };
}

/**
 * A tensor per slice -> one flat tensor `[bucket.size]`, `tail` (shorter than {@link ALIGNMENT}) behind it. It is memory of its
 * own, and with a tail it is no constant either.
 */
export function joinSlices(
  { slices, size }: FlatBucket,
  tensorOf: (slice: FlatSlice) => tf.Tensor | undefined,
  tail?: readonly tf.Scalar[],
): tf.Tensor1D {
  const zeros = (count: number) => (count > 0 ? [tf.zeros<tf.Rank.R1>([count])] : []);
  const pieces = slices.flatMap((slice, i) => {
    const tensor = tensorOf(slice);
    const gap = (slices[i + 1]?.offset ?? size) - slice.offset - slice.size;
    if (!tensor) return zeros(slice.size + gap);
    return [tf.reshape<tf.Rank.R1>(tensor, [slice.size]), ...zeros(gap)];
  });
  const numbers = tail
    ? [...tail.map((t) => tf.reshape<tf.Rank.R1>(t, [1])), ...zeros(ALIGNMENT - tail.length)]
    : [];
  const all = [...pieces, ...numbers];
  // One alone would come out as it is.
  return all.length === 1 ? tf.mul(all[0]!, 1) : tf.concat1d(all);
}

/** The parameters in a bucket's flat tensor `[bucket.size]`; inside `compile` on a CPU (not by XLA) without copying it. */
export function cutSlices(bucket: FlatBucket, flat: tf.Tensor1D): Record<string, tf.Tensor> {
  return Object.fromEntries(
    bucket.slices.map(({ name, shape, offset, size }) => [
      name,
      tf.reshape(tf.slice1d(flat, offset, size), shape),
    ]),
  );
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
