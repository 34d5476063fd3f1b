import { applyAdam, fused, sumOfSquares, tf } from '@ovis/tensorflow';
import { ALIGNMENT, ownRange, TAIL } from './flat-layout.ts';
import type { FlatLayout } from './flat-layout.ts';
import type { BucketState } from './flat-state.ts';
import type { StageSettings } from './settings.ts';

/** Constants of the optimizer over a stage. */
export interface AdamWSettings {
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
  /** Largest norm of the whole gradient; a longer one is scaled down to it. */
  clipNorm: number;
}

/** What changes from step to step, for a group of parameters; scalars, so that one compiled function serves every step. */
export interface AdamWRates {
  /** Learning rate with both bias corrections. */
  alpha: tf.Scalar;
  /** The settings' epsilon in the scale of the uncorrected second moment. */
  epsilon: tf.Scalar;
  /** Learning rate times weight decay. */
  decay: tf.Scalar;
  /** Nothing changes when the loss, or the norm before clipping, is above these; those of the first group count. */
  mostLoss: tf.Scalar;
  mostNorm: tf.Scalar;
}

/** Above these, a step is left out. */
export interface StepLimits {
  loss: number;
  gradNorm: number;
}

/** The rates of optimizer step `step` (0-based); the caller disposes them. */
export function adamwRates(
  settings: AdamWSettings,
  learningRate: number,
  step: number,
  limits: StepLimits = { loss: Infinity, gradNorm: Infinity },
): AdamWRates {
  const t = step + 1;
  // The moments decay by float32's 0.999, whose distance from 1 is 1.3e-5 off: the corrections have to match it.
  const first = 1 - Math.fround(settings.beta1) ** t;
  const second = Math.sqrt(1 - Math.fround(settings.beta2) ** t);
  return {
    alpha: tf.scalar((learningRate * second) / first),
    epsilon: tf.scalar(settings.epsilon * second),
    decay: tf.scalar(learningRate * settings.weightDecay),
    mostLoss: tf.scalar(limits.loss),
    mostNorm: tf.scalar(limits.gradNorm),
  };
}

/** What the update does to gradients, from the numbers of the whole step. */
export interface StepFacts {
  /** Factor of the summed gradients, clipping included. */
  scale: tf.Scalar;
  /** Whether loss and norm are finite and within the step's limits: nothing changes otherwise. */
  usable: tf.Scalar;
  /** [loss, norm before clipping, tokens, ranks asking to stop, what the loss was divided by] */
  stats: tf.Tensor1D;
}

/**
 * The sums of the squares of gradients, part by part, in each of them bucket by bucket. Added up with {@link sumUp} they give the same for
 * whoever has all parts, and for whoever gets them from others.
 * @param gradients of each bucket, `parts` of its parts
 */
export function squaresOf(
  layout: FlatLayout,
  gradients: readonly tf.Tensor1D[],
  parts = layout.parts,
): tf.Scalar[] {
  return Array.from({ length: parts }, (_, part) =>
    sumUp(
      gradients.map((gradient, i) => {
        const { size } = ownRange(layout.buckets[i]!, 0, layout.parts);
        return sumOfSquares(tf.slice1d(gradient, part * size, size));
      }),
    ),
  );
}

export function sumUp(scalars: readonly tf.Scalar[]): tf.Scalar {
  return scalars.reduce((sum, scalar) => tf.add(sum, scalar));
}

/**
 * @param tail `[ALIGNMENT]`: the numbers behind the gradients, summed over micro-batches and ranks
 * @param squares of the summed gradients, see {@link squaresOf}
 * @param limits of the first group
 */
export function stepFacts(
  tail: tf.Tensor1D,
  squares: readonly tf.Scalar[],
  settings: Pick<AdamWSettings, 'clipNorm'> & Pick<StageSettings, 'lossNormalization' | 'accumulation'>,
  limits: Pick<AdamWRates, 'mostLoss' | 'mostNorm'>,
): StepFacts {
  const { lossNormalization, accumulation, clipNorm } = settings;
  const number = (index: number) => tf.reshape<tf.Rank.R0>(tf.slice1d(tail, index, 1), []);
  const count = tf.maximum<tf.Scalar>(
    number(TAIL[lossNormalization === 'tokens' ? 'tokens' : 'microBatches']),
    1,
  );
  const share = tf.div<tf.Scalar>(1, count);
  const loss = tf.mul<tf.Scalar>(number(TAIL.loss), share);
  const gradientScale =
    lossNormalization === 'microbatch-sum' ? tf.mul<tf.Scalar>(share, accumulation) : share;
  const norm = tf.mul<tf.Scalar>(tf.sqrt(sumUp(squares)), gradientScale);
  const clip = tf.minimum<tf.Scalar>(tf.div(clipNorm, tf.add(norm, 1e-6)), 1);
  return {
    scale: tf.mul(gradientScale, clip),
    usable: tf.logicalAnd(
      tf.isFinite(tf.add<tf.Scalar>(loss, norm)),
      tf.logicalAnd(tf.lessEqual(loss, limits.mostLoss), tf.lessEqual(norm, limits.mostNorm)),
    ),
    stats: tf.stack([loss, norm, number(TAIL.tokens), number(TAIL.stop), count]) as tf.Tensor1D,
  };
}

/** One pass over all gradients. Those of NaNs become zeros. */
const scaled = fused(
  'ovis_scaled_gradients',
  (gradients: tf.Tensor1D[], scale: tf.Scalar, usable: tf.Scalar) =>
    gradients.map((g) => tf.where(usable, tf.mul<tf.Tensor1D>(g, scale), tf.zerosLike(g))),
);

/** What a bucket is updated with. */
export interface BucketUpdate {
  /** Of the size of the moments; the sum over ranks and micro-batches. */
  gradient: tf.Tensor1D;
  rates: AdamWRates;
  /** `[size / 16, 1]`, 1 in the rows of the weights that decay; null without weight decay. */
  decayed: tf.Tensor2D | null;
}

/**
 * One step of torch's `clip_grad_norm_` and `AdamW` (Loshchilov & Hutter, decoupled decay) over flat variables, in place:
 *
 *     g  = gradients / count                    count: tokens or micro-batches, from the tail ('microbatch-sum': micro-batches / accumulation)
 *     g *= min(1, clipNorm / (|g| + 1e-6))
 *     w *= 1 - lr * decay
 *     m += (1 - b1) (g - m);   v = b2 v + (1 - b2) g^2
 *     w -= lr / c1 * m / (sqrt(v) / c2 + eps)   c1 = 1 - b1^t, c2 = sqrt(1 - b2^t)
 *
 * The last line is computed as `lr c2 / c1 * m / (sqrt(v) + eps c2)`, which is the form TensorFlow updates in place.
 * When the loss or the norm is not finite or above its limit, nothing changes.
 *
 * @param state weights and moments of the same size
 */
export function adamwUpdate(
  state: readonly BucketState[],
  updates: readonly BucketUpdate[],
  { scale, usable }: StepFacts,
  settings: AdamWSettings,
): void {
  const or = (value: tf.Scalar | number, idle: number) => tf.where(usable, value, tf.scalar(idle));
  const gradients = scaled(
    updates.map(({ gradient }) => gradient),
    scale,
    usable,
  );
  updates.forEach(({ rates, decayed }, i) => {
    const { weights, first, second } = state[i]!;
    const { alpha, epsilon, decay } = rates;
    if (decayed) {
      const kept = tf.mul(
        tf.reshape(weights, [weights.size / ALIGNMENT, ALIGNMENT]),
        tf.sub(1, tf.mul(decayed, or(decay, 0))),
      );
      weights.assign(tf.reshape(kept, [weights.size]));
    }
    applyAdam(weights, first, second, {
      gradient: gradients[i]!,
      alpha: or(alpha, 0),
      beta1: or(settings.beta1, 1),
      beta2: or(settings.beta2, 1),
      epsilon,
    });
  });
}
