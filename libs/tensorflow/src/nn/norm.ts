import { fused } from '../compile/fused.ts';
import { rowMeans } from '../ops/row-sums.ts';
import { tf } from '../tf.ts';
import { withGradient } from './with-gradient.ts';

/*
 * Both norms have hand-written gradients, and each direction is one fused loop. Kept for the backward pass are the input and
 * its statistics per row, not the normalised rows: those are computed again.
 */

/** LayerNorm over the last axis (Ba et al. 2016): x `[n, d]`, weight and bias `[d]`. */
export function layerNorm(x: tf.Tensor2D, weight: tf.Tensor, bias: tf.Tensor, eps: number): tf.Tensor2D {
  return withGradient(
    [x, weight, bias],
    () => {
      const { value, mean, rstd } = layerNormForward(x, weight, bias, eps);
      return { value, save: [x, mean, rstd, weight] };
    },
    (dy, [x1, mean, rstd, w]) => layerNormBackward(dy, x1, mean, rstd, w),
  );
}

const layerNormForward = fused(
  'layer_norm',
  (x: tf.Tensor2D, weight: tf.Tensor, bias: tf.Tensor, eps: number) => {
    const mean = rowMeans(x);
    const centred = tf.sub(x, mean);
    const rstd = tf.rsqrt(tf.add(rowMeans(tf.square(centred)), eps));
    const value: tf.Tensor2D = tf.add(tf.mul(tf.mul(centred, rstd), weight), bias);
    return { value, mean, rstd };
  },
);

const layerNormBackward = fused(
  'layer_norm_gradient',
  (dy: tf.Tensor2D, x: tf.Tensor, mean: tf.Tensor, rstd: tf.Tensor, weight: tf.Tensor) => {
    const normal = tf.mul(tf.sub(x, mean), rstd);
    const g = tf.mul(dy, weight);
    const alongNormal = tf.mul(normal, rowMeans(tf.mul(g, normal)));
    const dx = tf.mul(tf.sub(tf.sub(g, rowMeans(g)), alongNormal), rstd);
    return [dx, tf.sum(tf.mul(dy, normal), 0), tf.sum(dy, 0)];
  },
);

/** RMSNorm over the last axis (Zhang & Sennrich 2019): x `[n, d]`, weight `[d]`. */
export function rmsNorm(x: tf.Tensor2D, weight: tf.Tensor, eps: number): tf.Tensor2D {
  return withGradient(
    [x, weight],
    () => {
      const { value, rstd } = rmsNormForward(x, weight, eps);
      return { value, save: [x, rstd, weight] };
    },
    (dy, [x1, rstd, w]) => rmsNormBackward(dy, x1, rstd, w),
  );
}

const rmsNormForward = fused('rms_norm', (x: tf.Tensor2D, weight: tf.Tensor, eps: number) => {
  const rstd = tf.rsqrt(tf.add(rowMeans(tf.square(x)), eps));
  const value: tf.Tensor2D = tf.mul(tf.mul(x, rstd), weight);
  return { value, rstd };
});

const rmsNormBackward = fused(
  'rms_norm_gradient',
  (dy: tf.Tensor2D, x: tf.Tensor, rstd: tf.Tensor, weight: tf.Tensor) => {
    const normal = tf.mul(x, rstd);
    const g = tf.mul(dy, weight);
    const alongNormal = tf.mul(normal, rowMeans(tf.mul(g, normal)));
    return [tf.mul(tf.sub(g, alongNormal), rstd), tf.sum(tf.mul(dy, normal), 0)];
  },
);
