import { layerNorm, tf, vocabularyLookup } from '@ovis/tensorflow';
import { values } from './values.ts';

export const EPS = 1e-5;

/** Inputs in the order of their gradients: x, head, normWeight, normBias, table; and the gradient of the result. */
export function lookupInputs(tokens: number, words: number, width: number) {
  const matrix = (rows: number, seed: number, scale: number) =>
    tf.tensor2d(values(rows * width, seed, scale), [rows, width]);
  const vector = (seed: number, scale: number, offset: number) =>
    tf.tidy(() => tf.add(tf.tensor1d(values(words, seed, scale)), offset)) as tf.Tensor1D;
  return {
    inputs: [
      matrix(tokens, 1, 1),
      matrix(words, 2, 0.05),
      vector(3, 0.5, 3), // a norm weight around 3 makes the softmax choose
      vector(4, 0.1, 0),
      matrix(words, 5, 1),
    ] as tf.Tensor[],
    slope: matrix(tokens, 6, 1),
  };
}

export type Lookup = (inputs: tf.Tensor[]) => tf.Tensor2D;

/** The engine's look-up; `form` as in its options. */
export function engineLookup(form: 'auto' | 'plain' | 'chunked'): Lookup {
  return ([x, head, normWeight, normBias, table]) =>
    vocabularyLookup(
      {
        x: x as tf.Tensor2D,
        head: head as tf.Tensor2D,
        normWeight: normWeight!,
        normBias: normBias!,
        eps: EPS,
        table: table as tf.Tensor2D,
      },
      { form },
    );
}

/** The look-up as it is written down. */
export const composedLookup: Lookup = ([x, head, normWeight, normBias, table]) => {
  const logits: tf.Tensor2D = tf.matMul(x as tf.Tensor2D, head as tf.Tensor2D, false, true);
  return tf.matMul(
    tf.softmax(layerNorm(logits, normWeight!, normBias!, EPS)) as tf.Tensor2D,
    table as tf.Tensor2D,
  );
};
