import { tf } from '../tf.ts';
import type { LibtensorflowBackend } from '../backend/backend.ts';
import { nativeBackend } from '../engine/init-engine.ts';

/**
 * The same tensors, but inside `compile` they become available only after `after` has been computed. What is computed from
 * the results is therefore a computation of its own: TensorFlow neither starts it earlier nor merges it with an equal one
 * made from the tensors themselves, which is what recomputing activations in the backward pass needs.
 * Eagerly and on WASM, where everything happens in order, the tensors are returned as copies of themselves (no data copied).
 * Differentiable: the gradient passes unchanged.
 *
 * In graph mode each result is an Identity with control inputs; grappler may drop the Identity, but then hands its control
 * inputs on to its consumers, and its search for duplicates compares control inputs too (barrier.spec.ts checks that). XLA
 * ignores control inputs between pure operations, so there it is XlaOptimizationBarrier; XLA's CPU compiler drops that before it looks for duplicates, so on
 * CPUs only graph mode recomputes (measured; GPUs were not tried).
 * @param after any tensors of the same function; those from outside are there anyway
 */
export function barrier<T extends tf.Tensor>(tensors: readonly T[], after: readonly tf.Tensor[]): T[] {
  const backend = nativeBackend();
  return tensors.map((tensor) => {
    const pass = tf.customGrad((x) => ({
      value: hold(backend, x as tf.Tensor, after),
      gradFunc: (dy: tf.Tensor) => dy,
    }));
    return pass(tensor) as T;
  });
}

function hold(
  backend: LibtensorflowBackend | undefined,
  tensor: tf.Tensor,
  after: readonly tf.Tensor[],
): tf.Tensor {
  const recorder = backend?.recorder;
  if (!backend || !recorder) return tf.clone(tensor);
  const traced = (t: tf.Tensor) => ({ dataId: t.dataId, entry: backend.entry(t.dataId) });
  const held = recorder.barrier(traced(tensor), after.map(traced));
  return backend.makeSymbolic(recorder, held.dataId, held.shape, held.dtype);
}
