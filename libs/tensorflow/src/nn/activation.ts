import { fused } from '../compile/fused.ts';
import { tf } from '../tf.ts';
import { withGradient } from './with-gradient.ts';

/** CLIP's `quick_gelu`: `x * sigmoid(1.702 x)`. */
export function quickGelu(x: tf.Tensor2D): tf.Tensor2D {
  return withGradient(
    [x],
    () => ({ value: quickGeluForward(x), save: [x] }),
    (dy, [x1]) => [quickGeluBackward(dy, x1)],
  );
}

const quickGeluForward = fused('quick_gelu', (x: tf.Tensor2D): tf.Tensor2D =>
  tf.mul(x, tf.sigmoid(tf.mul(x, 1.702))),
);

/** d/dx = gate + 1.702 x gate (1 - gate) */
const quickGeluBackward = fused('quick_gelu_gradient', (dy: tf.Tensor, x: tf.Tensor) => {
  const gate = tf.sigmoid(tf.mul(x, 1.702));
  const y = tf.mul(x, gate);
  return tf.mul(dy, tf.add(gate, tf.mul(1.702, tf.sub(y, tf.mul(y, gate)))));
});

/** The exact GELU (Hendrycks & Gimpel 2016): `x * Phi(x)`. */
export function gelu(x: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}

/** SwiGLU's middle (Shazeer 2020): `silu(gate) * up`, both `[n, intermediate]`. */
export function siluTimes(gate: tf.Tensor2D, up: tf.Tensor2D): tf.Tensor2D {
  return withGradient(
    [gate, up],
    () => ({ value: siluTimesForward(gate, up), save: [gate, up] }),
    (dy, [gate1, up1]) => siluTimesBackward(dy, gate1, up1),
  );
}

const siluTimesForward = fused('silu_times', (gate: tf.Tensor2D, up: tf.Tensor2D): tf.Tensor2D =>
  tf.mul(tf.mul(gate, tf.sigmoid(gate)), up),
);

/** silu' = sigma + silu (1 - sigma) */
const siluTimesBackward = fused('silu_times_gradient', (dy: tf.Tensor, gate: tf.Tensor, up: tf.Tensor) => {
  const sigma = tf.sigmoid(gate);
  const silu = tf.mul(gate, sigma);
  const slope = tf.sub(tf.add(sigma, silu), tf.mul(sigma, silu));
  return [tf.mul(tf.mul(dy, up), slope), tf.mul(dy, silu)];
});
