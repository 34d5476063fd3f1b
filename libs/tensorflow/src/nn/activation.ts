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

/** GELU by its tanh formula: `x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))` (SigLIP). */
export function geluTanh(x: tf.Tensor2D): tf.Tensor2D {
  return withGradient(
    [x],
    () => ({ value: geluTanhForward(x), save: [x] }),
    (dy, [x1]) => [geluTanhBackward(dy, x1)],
  );
}

/** The middle of Gemma's GLU: `geluTanh(gate) * up`, both `[n, intermediate]`. */
export function geluTanhTimes(gate: tf.Tensor2D, up: tf.Tensor2D): tf.Tensor2D {
  return withGradient(
    [gate, up],
    () => ({ value: geluTanhTimesForward(gate, up), save: [gate, up] }),
    (dy, [gate1, up1]) => geluTanhTimesBackward(dy, gate1, up1),
  );
}

const [A, B] = [Math.sqrt(2 / Math.PI), 0.044715];

/** The value and the derivative of the tanh formula at x. */
function geluTanhAt(x: tf.Tensor): { value: tf.Tensor; slope: tf.Tensor } {
  const square = tf.square(x);
  const t = tf.tanh(tf.mul(tf.mul(x, A), tf.add(tf.mul(square, B), 1)));
  const half = tf.mul(tf.add(t, 1), 0.5);
  const inner = tf.mul(tf.add(tf.mul(square, 3 * B), 1), A);
  const slope = tf.add(half, tf.mul(tf.mul(tf.mul(x, 0.5), tf.sub(1, tf.square(t))), inner));
  return { value: tf.mul(x, half), slope };
}

const geluTanhForward = fused('gelu_tanh', (x: tf.Tensor2D) => geluTanhAt(x).value as tf.Tensor2D);

const geluTanhBackward = fused('gelu_tanh_gradient', (dy: tf.Tensor, x: tf.Tensor) =>
  tf.mul(dy, geluTanhAt(x).slope),
);

const geluTanhTimesForward = fused('gelu_tanh_times', (gate: tf.Tensor2D, up: tf.Tensor2D): tf.Tensor2D =>
  tf.mul(geluTanhAt(gate).value, up),
);

const geluTanhTimesBackward = fused(
  'gelu_tanh_times_gradient',
  (dy: tf.Tensor, gate: tf.Tensor, up: tf.Tensor) => {
    const { value, slope } = geluTanhAt(gate);
    return [tf.mul(tf.mul(dy, up), slope), tf.mul(dy, value)];
  },
);

/** Gemma 2's soft cap: `cap tanh(x / cap)`, which keeps x within `cap` and small x as it is. */
export function softcap<T extends tf.Tensor>(x: T, cap: number): T {
  return withGradient(
    [x],
    () => {
      const value = softcapForward(x, cap) as T;
      return { value, save: [value] };
    },
    (dy, [y]) => [softcapBackward(dy, y, cap)],
  );
}

const softcapForward = fused('softcap', (x: tf.Tensor, cap: number) =>
  tf.mul(tf.tanh(tf.mul(x, 1 / cap)), cap),
);

/** d/dx = 1 - (y / cap)^2 */
export const softcapBackward = fused('softcap_gradient', (dy: tf.Tensor, y: tf.Tensor, cap: number) =>
  tf.mul(dy, tf.sub(1, tf.square(tf.mul(y, 1 / cap)))),
);

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
