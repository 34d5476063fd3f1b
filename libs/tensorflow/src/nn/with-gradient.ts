import { tf } from '../tf.ts';

/**
 * An operation with a hand-written gradient. `forward` computes the value from the `inputs` it closes over and names the
 * tensors that `backward` needs; `backward` returns one gradient per input. What `backward` reads must be saved: anything else
 * is disposed by then.
 */
export function withGradient<Out extends tf.Tensor, Saved extends tf.Tensor[]>(
  inputs: tf.Tensor[],
  forward: () => { value: Out; save: readonly [...Saved] },
  backward: (dy: Out, saved: Saved) => tf.Tensor[],
): Out {
  const op = tf.customGrad((...args) => {
    const { value, save } = forward();
    (args.at(-1) as unknown as (tensors: readonly tf.Tensor[]) => void)(save);
    return { value, gradFunc: (dy, saved) => backward(dy as Out, saved as Saved) };
  });
  return op(...inputs) as Out;
}
