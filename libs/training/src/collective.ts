/** What the trainers of a gang need from each other. `@ovis/allreduce`'s ProcessGroup is one. */
export interface Collective {
  readonly rank: number;
  readonly world: number;
  /** Replaces the buffer by its sum over all ranks, bitwise the same on each. */
  allReduce(buffer: Float32Array): Promise<void>;
}

/** A gang of one. */
export const soloCollective: Collective = {
  rank: 0,
  world: 1,
  allReduce: () => Promise.resolve(),
};
