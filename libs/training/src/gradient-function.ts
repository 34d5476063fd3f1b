import { ovisLoss } from '@ovis/model';
import type { MergedBatch, OvisConfig, Params } from '@ovis/model';
import { compile, tf } from '@ovis/tensorflow';
import { gapAfter, TAIL_SIZE } from './flat-layout.ts';
import type { FlatLayout } from './flat-layout.ts';
import type { StageSettings } from './settings.ts';

export type CompileMode = 'graph' | 'xla';

/** Forward and backward pass of one micro-batch, added to the gradients of the ones before it. */
export type GradientFunction = ReturnType<typeof gradientFunction>;

/**
 * Compiles the forward and backward pass. The result is one tensor `[layout.sizeWithTail]`: the gradients of the loss
 * sum ('tokens') or of the mean ('microbatch'), in the layout's order, and the numbers of {@link TAIL} behind them.
 *
 * @param weights the model's parameters; the layout's are variables
 * @param onUnreached told the parameters that the loss does not depend on, such as CLIP's unused last norm
 */
export function gradientFunction(options: {
  config: OvisConfig;
  weights: Params;
  layout: FlatLayout;
  normalization: StageSettings['lossNormalization'];
  mode: CompileMode;
  onUnreached: (name: string) => void;
}) {
  const { config, weights, layout, normalization, onUnreached } = options;
  const trained = layout.slices.map(({ name }) => weights[name]!);

  function gradient(batch: MergedBatch, sum: tf.Tensor1D | null): tf.Tensor1D {
    let tokens: tf.Scalar | undefined;
    const { value: loss, grads } = tf.engine().gradients<tf.Scalar>(
      () => {
        const out = ovisLoss(config, weights, batch);
        // Made inside the gradient's own tidy scope, needed behind it.
        tokens = tf.keep(out.tokens);
        return normalization === 'tokens'
          ? out.lossSum
          : tf.div<tf.Scalar>(out.lossSum, tf.maximum(out.tokens, 1));
      },
      trained,
      undefined,
      // A parameter may be out of the loss's reach; it then gets zeros, and torch would not touch it.
      true,
    );
    const pieces = layout.slices.flatMap((slice, i) => {
      const found = grads[i] as tf.Tensor | undefined;
      if (!found) onUnreached(slice.name);
      const flat = found ? tf.reshape<tf.Rank.R1>(found, [slice.size]) : tf.zeros([slice.size]);
      const gap = gapAfter(slice);
      return gap > 0 ? [flat, tf.zeros([gap])] : [flat];
    });
    const seen = tf.minimum(tokens!, 1);
    const tail = [loss, tokens!, seen].map((scalar) => tf.reshape<tf.Rank.R1>(scalar, [1]));
    const flat = tf.concat1d([...pieces, ...tail, tf.zeros([TAIL_SIZE - tail.length])] as tf.Tensor1D[]);
    tokens!.dispose();
    return sum ? tf.add<tf.Tensor1D>(sum, flat) : flat;
  }
  return compile(gradient, { name: 'ovis_gradient', mode: options.mode });
}
