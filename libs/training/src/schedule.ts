import { StageError } from './errors.ts';

/** Learning rate over a stage, as Hugging Face's Trainer computes it (spec 5.2). */
export interface Schedule {
  kind: 'cosine' | 'linear' | 'constant';
  /** Highest rate, reached at the end of the warm-up. */
  baseLr: number;
  /** Part of the steps during which the rate rises linearly from 0. */
  warmupRatio: number;
  /** Optimizer steps of the whole stage. */
  totalSteps: number;
}

/** Steps with a rising rate: rounded up, so that any ratio above 0 gives at least one. */
export function warmupSteps({ totalSteps, warmupRatio }: Schedule): number {
  return Math.ceil(totalSteps * warmupRatio);
}

/**
 * The rate that optimizer step `step` (0-based) runs with. With any warm-up the first step runs with 0 (spec 12.7):
 * it only fills the optimizer's averages.
 */
export function learningRate(schedule: Schedule, step: number): number {
  const { kind, baseLr, totalSteps } = schedule;
  if (!(totalSteps >= 1) || !(step >= 0)) {
    throw new StageError(
      'BAD_SETTINGS',
      `There is no learning rate at step ${step} of ${totalSteps}.`,
      'Steps count from 0 to totalSteps - 1.',
    );
  }
  const warmup = warmupSteps(schedule);
  if (step < warmup) return (baseLr * step) / Math.max(1, warmup);
  const rest = Math.max(1, totalSteps - warmup);
  switch (kind) {
    case 'cosine':
      return baseLr * Math.max(0, 0.5 * (1 + Math.cos((Math.PI * (step - warmup)) / rest)));
    case 'linear':
      return (baseLr * Math.max(0, totalSteps - step)) / rest;
    case 'constant':
      return baseLr;
  }
}

/**
 * Temperature of `gumbel_argmax` at a step (spec 5.4): falls linearly from `max` to `min`. Other tokenize functions
 * do not use it.
 */
export function annealedTau(step: number, totalSteps: number, max = 5, min = 0.05): number {
  return max - ((max - min) * step) / totalSteps;
}
