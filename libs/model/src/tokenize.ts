import type { VisualTokenizerConfig } from './config/index.ts';
import { tf, withGradient } from '@ovis/tensorflow';
import { ModelInputError } from './errors.ts';
import { RandomStream } from './random.ts';

/**
 * Logits over the visual vocabulary -> probabilistic tokens, both `[rows, K - R]` (paper eq. 3, spec 1).
 * `gumbelNoise` has the logits' shape and is needed by `gumbel_argmax` (in evaluation too, as in the official code);
 * it is an input so that a compiled function draws fresh noise at every call.
 */
export function tokenize(
  config: Pick<VisualTokenizerConfig, 'tokenizeFunction' | 'tau'> &
    Partial<Pick<VisualTokenizerConfig, 'softArgmax'>>,
  logits: tf.Tensor2D,
  o: { gumbelNoise?: tf.Tensor2D; tau?: number | tf.Scalar } = {},
): tf.Tensor2D {
  switch (config.tokenizeFunction) {
    case 'softmax':
      return tf.softmax(logits, -1); // tau is not applied here (spec 1)
    case 'st_argmax':
      // The official code takes the logits themselves as the soft part, native ovis2 their softmax.
      return straightThroughArgmax(config.softArgmax ? tf.softmax(logits, -1) : logits);
    case 'gumbel_argmax': {
      if (!o.gumbelNoise) {
        throw new ModelInputError(
          'MISSING_INPUT',
          'tokenize_function gumbel_argmax needs Gumbel noise',
          'Pass gumbelNoise: gumbelNoiseValues(rows, columns, seed) as a tensor of the logits shape.',
        );
      }
      const soft = tf.softmax(tf.div(tf.add(logits, o.gumbelNoise), o.tau ?? config.tau), -1) as tf.Tensor2D;
      return straightThroughArgmax(soft);
    }
  }
}

/** One-hot of the argmax forward, the identity on its argument backward. */
function straightThroughArgmax(x: tf.Tensor2D): tf.Tensor2D {
  return withGradient(
    [x],
    () => {
      const winners = tf.argMax(x, -1) as tf.Tensor1D;
      // A float32 one-hot is all zeros on the WASM backend: cast instead.
      const value = tf.cast(tf.oneHot(winners, x.shape[1]), 'float32') as tf.Tensor2D;
      return { value, save: [] };
    },
    (dy) => [tf.clone(dy)],
  );
}

/** Host values of standard Gumbel noise, `rows * columns` of them. */
export function gumbelNoiseValues(rows: number, columns: number, seed: number): Float32Array {
  const stream = new RandomStream(seed, 'gumbel');
  return Float32Array.from({ length: rows * columns }, () => -Math.log(-Math.log(stream.uniform())));
}
