import { tf } from '@ovis/tensorflow';
import { TAIL } from './flat-layout.ts';

/** Constants of the optimizer over a stage. */
export interface AdamWSettings {
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
  /** Largest norm of the whole gradient; a longer one is scaled down to it. */
  clipNorm: number;
}

/** What changes from step to step; scalars, so that one compiled function serves every step. */
export interface AdamWRates {
  /** Learning rate divided by the first moment's bias correction. */
  stepSize: tf.Scalar;
  /** Square root of the second moment's bias correction. */
  secondCorrection: tf.Scalar;
  /** Learning rate times weight decay. */
  decay: tf.Scalar;
}

/** {@link AdamWRates} on the host, for optimizer step `step` (0-based). */
export function adamwRates(settings: AdamWSettings, learningRate: number, step: number) {
  const t = step + 1;
  return {
    stepSize: learningRate / (1 - settings.beta1 ** t),
    secondCorrection: Math.sqrt(1 - settings.beta2 ** t),
    decay: learningRate * settings.weightDecay,
  };
}

export interface AdamWTensors {
  /** All `[size]`: trained weights, first and second moment. */
  weights: tf.Tensor1D;
  first: tf.Tensor1D;
  second: tf.Tensor1D;
  /** `[size + tail]`: summed gradients and the numbers behind them. */
  gradients: tf.Tensor1D;
  /** `[size]`, 1 where weight decay applies; null without weight decay. */
  decayed: tf.Tensor1D | null;
}

/**
 * One step of torch's `clip_grad_norm_` and `AdamW` (Loshchilov & Hutter, decoupled decay) over flat tensors:
 *
 *     g  = gradients / count                    count: tokens or micro-batches, from the tail
 *     g *= min(1, clipNorm / (|g| + 1e-6))
 *     w *= 1 - lr * decay
 *     m += (1 - b1) (g - m);   v = b2 v + (1 - b2) g^2
 *     w -= stepSize * m / (sqrt(v) / secondCorrection + eps)
 *
 * `stats` is [loss, norm before clipping, tokens, ranks asking to stop].
 */
export function adamwUpdate(
  { weights, first, second, gradients, decayed }: AdamWTensors,
  rates: AdamWRates,
  settings: AdamWSettings,
  normalization: 'tokens' | 'microbatch',
): { weights: tf.Tensor1D; first: tf.Tensor1D; second: tf.Tensor1D; stats: tf.Tensor1D } {
  const size = weights.shape[0];
  const sums = tf.slice1d(gradients, 0, size);
  const tail = (index: number) => tf.slice1d(gradients, size + index, 1);
  const count = tf.maximum(tail(TAIL[normalization === 'tokens' ? 'tokens' : 'microBatches']), 1);
  const scale = tf.div<tf.Tensor1D>(1, count);
  const norm = tf.mul<tf.Tensor1D>(tf.sqrt(tf.sum(tf.square(sums))), scale);
  const clip = tf.minimum<tf.Tensor1D>(tf.div(settings.clipNorm, tf.add(norm, 1e-6)), 1);
  const g = tf.mul<tf.Tensor1D>(sums, tf.mul(scale, clip));

  const m = tf.add<tf.Tensor1D>(first, tf.mul(tf.sub(g, first), 1 - settings.beta1));
  const v = tf.add<tf.Tensor1D>(tf.mul(second, settings.beta2), tf.mul(tf.square(g), 1 - settings.beta2));
  const root = tf.add(tf.div(tf.sqrt(v), rates.secondCorrection), settings.epsilon);
  const kept = decayed ? tf.mul(weights, tf.sub(1, tf.mul(decayed, rates.decay))) : weights;
  const moved = tf.sub<tf.Tensor1D>(kept, tf.mul(tf.div(m, root), rates.stepSize));
  const loss = tf.mul<tf.Tensor1D>(tail(TAIL.loss), scale);
  return {
    weights: moved,
    first: m,
    second: v,
    stats: tf.concat1d([loss, norm, tail(TAIL.tokens), tail(TAIL.stop)]),
  };
}
