import { tf } from '../tf.ts';
import type { LookupInputs } from './vocabulary-lookup.ts';
import { withGradient } from './with-gradient.ts';

/**
 * The look-up with all logits at once: about five matrices `[n, K]` at its peak. Moments of the LayerNorm come from the
 * logits, as in torch.
 */
export function plainLookup(inputs: LookupInputs): tf.Tensor2D {
  const { x, head, normWeight, normBias, eps, table } = inputs;
  return withGradient(
    [x, head, normWeight, normBias, table],
    () => {
      const scores = tf.matMul(x, head, false, true);
      const centred = tf.sub(scores, tf.mean(scores, -1, true));
      const rstd = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), eps));
      const normal: tf.Tensor2D = tf.mul(centred, rstd);
      const p: tf.Tensor2D = tf.softmax(tf.add(tf.mul(normal, normWeight), normBias), -1);
      const value: tf.Tensor2D = tf.matMul(p, table);
      return { value, save: [x, head, normWeight, table, normal, rstd, p, value] as const };
    },
    (dy, [x1, w, g, t, normal, rstd, p, y]) => {
      // The row sums of dP*P are those of dY*Y, which are D wide instead of K.
      const dp = tf.sub(tf.matMul(dy, t as tf.Tensor2D, false, true), tf.sum(tf.mul(dy, y), -1, true));
      const dl: tf.Tensor2D = tf.mul(p, dp);
      const dz = tf.mul(dl, g);
      const alongNormal = tf.mul(normal, tf.mean(tf.mul(dz, normal), -1, true));
      const ds: tf.Tensor2D = tf.mul(tf.sub(tf.sub(dz, tf.mean(dz, -1, true)), alongNormal), rstd);
      return [
        tf.matMul(ds, w as tf.Tensor2D),
        tf.matMul(ds, x1 as tf.Tensor2D, true, false),
        tf.sum(tf.mul(dl, normal), 0),
        tf.sum(dl, 0),
        tf.matMul(p as tf.Tensor2D, dy, true, false),
      ];
    },
  );
}
