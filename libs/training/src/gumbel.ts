import { imageTokens, RandomStream } from '@ovis/model';
import type { OvisConfig } from '@ovis/model';
import { statelessUniform, tf } from '@ovis/tensorflow';
import { StageError } from './errors.ts';
import type { TrainingBatch } from './micro-batch.ts';
import { annealedTau } from './schedule.ts';
import type { StageSettings } from './settings.ts';

/*
 * gumbel_argmax in training: argmax(logits + Gumbel noise) forward, softmax((logits + noise) / tau) backward (Jang et al. 2017). The noise of a
 * picture follows from the run's seed, stage, step and the picture's number in the global batch. So a resume draws the same, and so does
 * every number of trainers. It is drawn inside the compiled step: at K = 131072 it is as large as the logits.
 */

/** What changes from step to step. */
export interface GumbelStep {
  /** int32, of this step. */
  seed: tf.Scalar;
  tau: tf.Scalar;
}

/** {@link GumbelStep} of optimizer step `step` (0-based), or null for other tokenize functions. The caller disposes it. */
export function gumbelStep(config: OvisConfig, settings: StageSettings, step: number): GumbelStep | null {
  if (config.visual.tokenizeFunction !== 'gumbel_argmax') return null;
  const { seed, stage, totalSteps, tau } = settings;
  const stream = new RandomStream(seed, `gumbel/${stage}/${step}`);
  return {
    seed: tf.scalar(Math.floor(stream.uniform() * 2 ** 31), 'int32'),
    tau: tf.scalar(annealedTau(step, totalSteps, tau?.max, tau?.min)),
  };
}

/** Options of the model for a batch: its noise `[images * l, K - R]` and tau. @throws StageError BAD_BATCH */
export function gumbelOptions(config: OvisConfig, batch: TrainingBatch, gumbel: GumbelStep | null) {
  if (!gumbel) return {};
  const { pictureNumbers } = batch;
  if (!pictureNumbers) {
    throw new StageError(
      'BAD_BATCH',
      'The model tokenises by gumbel_argmax, but the batch has no pictureNumbers to draw its noise by.',
      'Build batches with buildMicroBatch, buildShards or buildStepBatches and the config of the model.',
    );
  }
  const rows = imageTokens(config);
  const words = config.visual.vocabSize - config.visual.reserved;
  const first = tf.reshape<tf.Rank.R1>(gumbel.seed, [1]);
  // Two words of the seed: Philox mixes them, so that neighbours have nothing in common.
  const draw = (number: tf.Tensor1D): tf.Tensor2D =>
    statelessUniform<tf.Rank.R2>([rows, words], tf.concat1d([first, number]));
  const uniform = tf.split<tf.Tensor1D>(pictureNumbers, pictureNumbers.size).map(draw);
  // Numbers in [0, 1) have 23 bits: half of the last one keeps both logarithms finite.
  const open: tf.Tensor2D = tf.add(tf.concat2d(uniform, 0), 2 ** -24);
  const gumbelNoise = tf.neg<tf.Tensor2D>(tf.log(tf.neg(tf.log(open))));
  return { gumbelNoise, tau: gumbel.tau };
}
