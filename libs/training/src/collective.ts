/**
 * How gradients travel between trainers: as they are, as 16-bit floats, or as bytes with a scale per block. What bytes cannot say is kept
 * and sent with the next ones (error feedback).
 */
export type GradientCompression = 'none' | 'bf16' | 'f16' | 'int8';

export interface AllReduceOptions {
  compression?: Exclude<GradientCompression, 'none'>;
  /** For 'int8', of the buffer's length: what was not sent, added to the next call's contribution. Without it, that is lost. */
  residual?: Float32Array;
  tag?: string;
}

/**
 * What the trainers of a gang need from each other. `@ovis/allreduce`'s ProcessGroup is one. Calls may be made while others are under way, in
 * the same order on all ranks; a buffer is the call's until that has ended.
 */
export interface Collective {
  readonly rank: number;
  readonly world: number;
  /** Replaces the buffer by its sum over all ranks, bitwise the same on each. */
  allReduce(buffer: Float32Array, o?: AllReduceOptions): Promise<void>;
  /** The same, but each rank gets only its part, the `rank`-th of `world` equal ones. `input` stays as it is. */
  reduceScatter(input: Float32Array, output: Float32Array, o?: { tag?: string }): Promise<void>;
  /** All ranks' inputs, which have the same length, behind each other. */
  allGather(input: Float32Array, output: Float32Array, o?: { tag?: string }): Promise<void>;
}

/** A gang of one. */
export const soloCollective: Collective = {
  rank: 0,
  world: 1,
  allReduce: () => Promise.resolve(),
  reduceScatter: (input, output) => Promise.resolve(output.set(input)),
  allGather: (input, output) => Promise.resolve(output.set(input)),
};
