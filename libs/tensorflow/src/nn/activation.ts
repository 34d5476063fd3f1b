import { tf } from '../tf.ts';
import { withGradient } from './with-gradient.ts';

/** CLIP's `quick_gelu`: `x * sigmoid(1.702 x)`. */
export function quickGelu(x: tf.Tensor2D): tf.Tensor2D {
  return withGradient(
    [x],
    () => {
      const gate = tf.sigmoid(tf.mul(x, 1.702));
      const value: tf.Tensor2D = tf.mul(x, gate);
      return { value, save: [value, gate] };
    },
    // d/dx = gate + 1.702 x gate (1 - gate) = gate + 1.702 (y - y gate)
    (dy, [y, gate]) => [tf.mul(dy, tf.add(gate, tf.mul(1.702, tf.sub(y, tf.mul(y, gate)))))],
  );
}

/** The exact GELU: `x * Phi(x)`. */
export function gelu(x: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}

/** SwiGLU's middle: `silu(gate) * up`, both `[n, intermediate]`. */
export function siluTimes(gate: tf.Tensor2D, up: tf.Tensor2D): tf.Tensor2D {
  return withGradient(
    [gate, up],
    () => {
      const sigma = tf.sigmoid(gate);
      const silu = tf.mul(gate, sigma);
      const value: tf.Tensor2D = tf.mul(silu, up);
      return { value, save: [sigma, silu, up] };
    },
    // silu' = sigma + silu (1 - sigma)
    (dy, [sigma, silu, u]) => {
      const slope = tf.sub(tf.add(sigma, silu), tf.mul(sigma, silu));
      return [tf.mul(tf.mul(dy, u), slope), tf.mul(dy, silu)];
    },
  );
}
