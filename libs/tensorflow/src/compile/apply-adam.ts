import { tf } from '../tf.ts';
import { typeAttr } from '../backend/backend.ts';
import { ATTR } from '../binding/attributes.ts';
import { nativeBackend } from '../engine/init-engine.ts';
import { checkAssignable } from './trace-variables.ts';

export interface AdamUpdate {
  /** Step size with the bias corrections in it: `lr sqrt(1 - beta2^t) / (1 - beta1^t)`. */
  alpha: tf.Scalar | number;
  beta1: tf.Scalar | number;
  beta2: tf.Scalar | number;
  /** Added to sqrt(v) ("epsilon hat" of the paper, section 2). */
  epsilon: tf.Scalar | number;
  /** Of the variable's shape. */
  gradient: tf.Tensor;
}

/**
 * One step of Adam (Kingma and Ba 2015, algorithm 1 in the order of section 2):
 * `m = beta1 m + (1 - beta1) g`, `v = beta2 v + (1 - beta2) g^2`, `variable -= alpha m / (sqrt(v) + epsilon)`.
 *
 * Inside `compile` one TensorFlow operation that updates all three variables in place, after everything in fn that
 * reads their old values; what fn reads of them afterwards is new. Eagerly and on WASM it is composed of TF.js operations.
 *
 * Each update costs some microseconds whatever its size, and TensorFlow divides even small ones among its threads: keep many
 * small weights in one flat variable (`tf.split` where they are used, `tf.concat` of their gradients) and update that.
 * @param variable float32; `m` and `v` float32 variables of the same shape
 * @throws EngineError BAD_ARGUMENT when a shape or dtype differs
 */
export function applyAdam(variable: tf.Variable, m: tf.Variable, v: tf.Variable, update: AdamUpdate): void {
  const { gradient } = update;
  for (const state of [variable, m, v]) checkAssignable(state, gradient, ' by applyAdam');
  const backend = nativeBackend();
  const recorder = backend?.recorder;
  if (!backend || !recorder) return tf.tidy(() => composed(variable, m, v, update));
  tf.tidy(() => {
    const { alpha, beta1, beta2, epsilon } = update;
    // Powers of zero: the operation's own bias correction is then 1.
    const inputs = [0, 0, alpha, beta1, beta2, epsilon].map(scalar);
    const attrs = [
      typeAttr('T', 'float32'),
      // Reads from outside the function wait for the update instead of seeing half of it.
      { name: 'use_locking', type: ATTR.BOOL, value: true },
    ];
    const traced = [...inputs, gradient].map(({ dataId }) => ({ dataId, entry: backend.entry(dataId) }));
    recorder.update('ResourceApplyAdam', attrs, [variable, m, v], traced);
  });
}

function composed(variable: tf.Variable, m: tf.Variable, v: tf.Variable, update: AdamUpdate): void {
  const { gradient } = update;
  const [alpha, beta1, beta2, epsilon] = [update.alpha, update.beta1, update.beta2, update.epsilon].map(
    scalar,
  );
  m.assign(tf.add(m, tf.mul(tf.sub(gradient, m), tf.sub(1, beta1!))));
  v.assign(tf.add(v, tf.mul(tf.sub(tf.square(gradient), v), tf.sub(1, beta2!))));
  variable.assign(tf.sub(variable, tf.div(tf.mul(m, alpha!), tf.add(tf.sqrt(v), epsilon!))));
}

function scalar(value: tf.Scalar | number): tf.Scalar {
  return typeof value === 'number' ? tf.scalar(value) : value;
}
