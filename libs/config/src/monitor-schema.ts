import { z } from 'zod';

const fraction = z.number().min(0).max(1);
const positiveInteger = z.int().min(1);
const factor = z.number().gt(1);

/** `monitor` of a run file: what is watched while a stage trains, and from where on it is a warning (docs/monitoring.md). */
export const monitorSchema = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Take statistics of the visual tokens and words.'),
    every: positiveInteger.default(50).describe('Steps between two looks.'),
    warmupRatio: fraction.default(0.1).describe('Part of a stage in which nothing is judged.'),
    patience: positiveInteger
      .default(3)
      .describe('Looks in a row that have to show a signature before it is a warning.'),
    saturatedAbove: fraction
      .default(0.99)
      .describe('A token is saturated when its largest probability is above this.'),
    saturatedShare: fraction.default(0.5).describe('Warn at this share of saturated tokens.'),
    deadBelow: fraction
      .default(0.01)
      .describe('A word is dead when its share of the probability is below this part of 1 / K.'),
    deadShare: fraction.default(0.9).describe('Warn at this share of dead words.'),
    usageTokens: positiveInteger
      .default(16_384)
      .describe("Visual tokens that the words' usage is averaged over, exponentially."),
    leastVariance: fraction
      .default(0.01)
      .describe('Warn when this little of the square of the visual embeddings is variance.'),
    mostCosine: fraction
      .default(0.99)
      .describe('Warn at this mean cosine of the visual embeddings of different pictures.'),
    mostGap: z
      .number()
      .positive()
      .default(0.5)
      .describe('Warn when the held-out loss is so many nats above that of training.'),
    heldOutEvery: positiveInteger
      .default(200)
      .describe('Steps between two evaluations of the held-out samples of a stage (heldOut).'),
    heldOutSamples: positiveInteger
      .default(64)
      .describe('How many of them: the first of their shards, the same each time.'),
    lossFactor: factor
      .default(4)
      .describe('A loss above so many times the median of the last good steps explodes.'),
    gradNormFactor: factor.default(100).describe("The same for the gradient's norm before clipping."),
    badSteps: positiveInteger
      .default(10)
      .describe('onBadLoss stop and rollback: steps in a row that have to explode.'),
    mostSkips: positiveInteger.default(5).describe('onBadLoss skip: updates in a row that may be left out.'),
    mostRollbacks: positiveInteger.default(2).describe('onBadLoss rollback: times that a stage may go back.'),
  })
  .describe('What is watched while a stage trains, and from where on it is a warning.');

/** `onBadLoss` of a run file. */
export const onBadLossSchema = z
  .enum(['stop', 'rollback', 'skip'])
  .describe(
    'When a loss or gradient is no number, or explodes. stop: the stage ends with an error. rollback: it goes back to its last checkpoint, and on with the samples behind the bad ones. skip: the update is left out.',
  );
