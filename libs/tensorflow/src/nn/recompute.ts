import { barrier } from '../compile/barrier.ts';
import { tf } from '../tf.ts';

/**
 * Activation checkpointing: `fn(...inputs)`, whose intermediate results are not kept for the backward pass but computed again
 * there. Trades one more forward pass for memory: of a chain of blocks only the blocks' inputs stay.
 *
 * Inside `compile` the second computation waits for the gradient that arrives (a barrier), so it neither starts early nor
 * is merged with the first.
 * @param fn pure: the same result each time it is called
 * @param inputs every tensor that fn reads, parameters included: what it closes over gets no gradient, and eagerly may be gone
 *   by then; a tensor that the result does not depend on differentiably gets zeros
 */
export function recompute<Out extends tf.Tensor>(
  fn: (...inputs: tf.Tensor[]) => Out,
  inputs: readonly tf.Tensor[],
): Out {
  const op = tf.customGrad((...args) => {
    const save = args.at(-1) as unknown as (tensors: readonly tf.Tensor[]) => void;
    const given = args.slice(0, -1) as tf.Tensor[];
    save(given);
    return {
      value: tf.tidy(() => fn(...given)),
      gradFunc: (dy, saved) => gradientsOf(fn, barrier(saved, [dy]), dy),
    };
  });
  return op(...inputs) as Out;
}

/**
 * The gradients of `fn` at `inputs`, zeros where it has none, in the middle of another backward pass: TF.js would drop that
 * one's tape.
 */
function gradientsOf<Out extends tf.Tensor>(
  fn: (...inputs: tf.Tensor[]) => Out,
  inputs: tf.Tensor[],
  dy: tf.Tensor,
): tf.Tensor[] {
  const engine = tf.engine();
  const { activeTape } = engine.state;
  try {
    const floats = inputs.filter(({ dtype }) => dtype !== 'int32' && dtype !== 'bool');
    const { grads } = engine.gradients(() => fn(...inputs), floats, dy, true);
    const found = new Map(floats.map((input, i) => [input, grads[i] as tf.Tensor | undefined]));
    return inputs.map((input) => found.get(input) ?? tf.zeros(input.shape));
  } finally {
    engine.state.activeTape = activeTape;
  }
}
