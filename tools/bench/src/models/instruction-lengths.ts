import { values } from './values.ts';

/*
 * Lengths like those of instruction data: answers from a word to a page. A lognormal distribution with a median of 160 tokens and sigma 0.8
 * (mean 220, one in a hundred above 1000), cut where the run file would cut. It stands for a mixed set of questions and
 * conversations; no data set was measured for it.
 */
const MEDIAN = 160;
const SIGMA = 0.8;

export const INSTRUCTIONS = {
  /** Optimizer steps of different samples; an iteration of the bench trains on all of them once. */
  steps: 2,
  /** Per step, in `microBatches` of equal size. */
  samples: 32,
  microBatches: 4,
  /** `multimodal_max_length`. */
  maxLength: 1024,
};

/** Text lengths per step; with a picture of `pictureRows` in front none exceeds `maxLength`. */
export function instructionLengths(pictureRows: number): number[][] {
  const { steps, samples, maxLength } = INSTRUCTIONS;
  // Box-Muller on two uniform numbers each.
  const uniform = values(2 * steps * samples, 4711).map((value) => (value + 1) / 2);
  return Array.from({ length: steps }, (_, step) =>
    Array.from({ length: samples }, (_, sample) => {
      const at = 2 * (step * samples + sample);
      const normal = Math.sqrt(-2 * Math.log(1 - uniform[at]!)) * Math.cos(2 * Math.PI * uniform[at + 1]!);
      const length = Math.round(MEDIAN * Math.exp(SIGMA * normal));
      return Math.min(maxLength - pictureRows, Math.max(8, length));
    }),
  );
}
