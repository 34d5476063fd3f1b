import { applyAdam, fused, tf } from '@ovis/tensorflow';
import { ALIGNMENT, TAIL } from './flat-layout.ts';
import type { FlatGroup } from './flat-layout.ts';
import type { FlatState } from './flat-state.ts';
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
}

/** {@link AdamWRates} on the host, for optimizer step `step` (0-based). */
export function adamwRates(settings: AdamWSettings, learningRate: number, step: number) {
  const t = step + 1;
  // The moments decay by float32's 0.999, whose distance from 1 is 1.3e-5 off: the corrections have to match it.
  const first = 1 - Math.fround(settings.beta1) ** t;
  const second = Math.sqrt(1 - Math.fround(settings.beta2) ** t);
  return {
    alpha: (learningRate * second) / first,
    epsilon: settings.epsilon * second,
    decay: learningRate * settings.weightDecay,
  };
}

export interface AdamWInputs {
  /** `[size + tail]`: summed gradients and the numbers behind them. */
  gradients: tf.Tensor1D;
  /** `[size / 16, 1]`, 1 in the rows of the flat weights that decay; null without weight decay. */
  decayed: tf.Tensor2D | null;
  /** For each group of the layout. */
  rates: readonly AdamWRates[];
}

/** Sum of squares without a tensor of squares: XLA adds up every 16, TensorFlow (in pairs, so precisely) the rest. */
const sixteenths = fused('ovis_squares', (g: tf.Tensor1D) =>
  tf.sum<tf.Tensor1D>(tf.square(tf.reshape(g, [ALIGNMENT, -1])), 0),
);

/** One pass, too. A gradient of NaNs becomes zeros. */
const scaled = fused('ovis_scaled_gradient', (g: tf.Tensor1D, scale: tf.Scalar, usable: tf.Scalar) =>
  tf.where(usable, tf.mul<tf.Tensor1D>(g, scale), tf.zerosLike(g)),
);

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
 * When the loss or the norm is not finite, nothing changes.
 *
 * @returns [loss, norm before clipping, tokens, ranks asking to stop]
 */
export function adamwUpdate(
  groups: readonly FlatGroup[],
  state: FlatState,
  { gradients, decayed, rates }: AdamWInputs,
  settings: AdamWSettings & Pick<StageSettings, 'lossNormalization' | 'accumulation'>,
): tf.Tensor1D {
  const { lossNormalization, accumulation } = settings;
  const size = groups.reduce((sum, group) => sum + group.size, 0);
  const sums = tf.slice1d(gradients, 0, size);
  const tail = (index: number) => tf.reshape<tf.Rank.R0>(tf.slice1d(gradients, size + index, 1), []);
  const count = tf.maximum(tail(TAIL[lossNormalization === 'tokens' ? 'tokens' : 'microBatches']), 1);
  const scale = tf.div<tf.Scalar>(1, count);
  const loss = tf.mul<tf.Scalar>(tail(TAIL.loss), scale);
  const gradientScale =
    lossNormalization === 'microbatch-sum' ? tf.mul<tf.Scalar>(scale, accumulation) : scale;
  const norm = tf.mul<tf.Scalar>(tf.sqrt(tf.sum(sixteenths(sums))), gradientScale);
  const clip = tf.minimum<tf.Scalar>(tf.div(settings.clipNorm, tf.add(norm, 1e-6)), 1);

  const usable = tf.isFinite(tf.add<tf.Scalar>(loss, norm));
  const or = (value: tf.Scalar | number, idle: number) => tf.where(usable, value, tf.scalar(idle));
  groups.forEach((group, i) => {
    const { weights, first, second } = state[i]!;
    const { alpha, epsilon, decay } = rates[i]!;
    if (decayed) {
      const shape: [number, number] = [group.size / ALIGNMENT, ALIGNMENT];
      const own = tf.slice2d(decayed, [group.offset / ALIGNMENT, 0], [shape[0], 1]);
      const kept = tf.mul(tf.reshape(weights, shape), tf.sub(1, tf.mul(own, or(decay, 0))));
      weights.assign(tf.reshape(kept, [group.size]));
    }
    applyAdam(weights, first, second, {
      gradient: scaled(tf.slice1d(gradients, group.offset, group.size), tf.mul(gradientScale, clip), usable),
      alpha: or(alpha, 0),
      beta1: or(settings.beta1, 1),
      beta2: or(settings.beta2, 1),
      epsilon,
    });
  });
  return tf.stack([loss, norm, tail(TAIL.tokens), tail(TAIL.stop)]) as tf.Tensor1D;
}
