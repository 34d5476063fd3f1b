import { applyAdam, compile, tf } from '../index.ts';

export interface Layer {
  w: tf.Variable<tf.Rank.R2>;
  m: tf.Variable;
  v: tf.Variable;
}

/**
 * For specs of updates in place: layers whose weights the forward pass and the backward pass read, the first layer's last, while
 * the gradient that updates them all is there from the beginning. An update that did not wait for the reads would come first.
 */
export function chainOfLayers(count: number, size: number, weight: (i: number) => tf.Tensor) {
  const variable = (value: () => tf.Tensor): tf.Variable => tf.tidy(() => tf.variable(value()));
  // Filled by TensorFlow: `tf.zeros` would leave its values in JavaScript's heap for a while.
  const zeros = (): tf.Tensor => tf.fill([size, size], 0);
  const layers = Array.from({ length: count }, (_, i): Layer => {
    const w = variable(() => weight(i)) as Layer['w'];
    return { w, m: variable(zeros), v: variable(zeros) };
  });
  const forward = (x: tf.Tensor): tf.Tensor =>
    layers.reduce((h, { w }) => tf.tanh(tf.matMul(h as tf.Tensor2D, w)), x);
  /** The slope of the output's sum in x under the weights before the update. */
  const plain = (x: tf.Tensor2D, gradient: tf.Tensor): tf.Tensor => {
    const slope = tf.grad(forward)(x);
    const rates = { alpha: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-6 };
    for (const { w, m, v } of layers) applyAdam(w, m, v, { ...rates, gradient });
    return slope;
  };
  return { layers, plain, step: compile(plain) };
}
