import { tf } from '../tf.ts';
import { withGradient } from './with-gradient.ts';

/*
 * Both norms have hand-written gradients: composed from TF.js ops the backward pass of a LayerNorm takes some twenty
 * passes over the activations, here it takes nine.
 */

/** LayerNorm over the last axis: x `[n, d]`, weight and bias `[d]`. */
export function layerNorm(x: tf.Tensor2D, weight: tf.Tensor, bias: tf.Tensor, eps: number): tf.Tensor2D {
  return withGradient(
    [x, weight, bias],
    () => {
      const centred = tf.sub(x, tf.mean(x, -1, true));
      const rstd = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), eps));
      const normal = tf.mul(centred, rstd);
      const value: tf.Tensor2D = tf.add(tf.mul(normal, weight), bias);
      return { value, save: [normal, rstd, weight] };
    },
    (dy, [normal, rstd, w]) => {
      const g = tf.mul(dy, w);
      const alongNormal = tf.mul(normal, tf.mean(tf.mul(g, normal), -1, true));
      const dx = tf.mul(tf.sub(tf.sub(g, tf.mean(g, -1, true)), alongNormal), rstd);
      return [dx, tf.sum(tf.mul(dy, normal), 0), tf.sum(dy, 0)];
    },
  );
}

/** RMSNorm over the last axis: x `[n, d]`, weight `[d]`. */
export function rmsNorm(x: tf.Tensor2D, weight: tf.Tensor, eps: number): tf.Tensor2D {
  return withGradient(
    [x, weight],
    () => {
      const rstd = tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), eps));
      const normal = tf.mul(x, rstd);
      const value: tf.Tensor2D = tf.mul(normal, weight);
      return { value, save: [normal, rstd, weight] };
    },
    (dy, [normal, rstd, w]) => {
      const g = tf.mul(dy, w);
      const alongNormal = tf.mul(normal, tf.mean(tf.mul(g, normal), -1, true));
      return [tf.mul(tf.sub(g, alongNormal), rstd), tf.sum(tf.mul(dy, normal), 0)];
    },
  );
}
