/** How gradients travel between trainers. */
export type GradientCompression = 'none' | 'bf16' | 'f16';

/** What the trainers of a gang need from each other. `@ovis/allreduce`'s ProcessGroup is one. */
export interface Collective {
  readonly rank: number;
  readonly world: number;
  /** Replaces the buffer by its sum over all ranks, bitwise the same on each; compressed: of 16-bit floats. */
  allReduce(
    buffer: Float32Array,
    o?: { compression?: Exclude<GradientCompression, 'none'>; tag?: string },
  ): Promise<void>;
}

/** A gang of one. */
export const soloCollective: Collective = {
  rank: 0,
  world: 1,
  allReduce: () => Promise.resolve(),
};
