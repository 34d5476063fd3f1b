import { ovisLoss } from '@ovis/model';
import type { OvisConfig, Params } from '@ovis/model';
import { compile, deviceHasBfloat16, tf, withPrecision } from '@ovis/tensorflow';
import { adamwUpdate } from './adamw.ts';
import type { AdamWRates } from './adamw.ts';
import { ALIGNMENT, joinSlices } from './flat-layout.ts';
import type { FlatLayout } from './flat-layout.ts';
import { stateParams } from './flat-state.ts';
import type { FlatState } from './flat-state.ts';
import { gumbelOptions } from './gumbel.ts';
import type { GumbelStep } from './gumbel.ts';
import type { TrainingBatch } from './micro-batch.ts';
import { isDecayed } from './modules.ts';
import type { StageSettings } from './settings.ts';

export type CompileMode = 'graph' | 'xla';

export interface StepFunctionsOptions {
  config: OvisConfig;
  /** Parameters that are not trained. */
  frozen: Params;
  layout: FlatLayout;
  state: FlatState;
  settings: StageSettings;
  mode: { gradient?: CompileMode; update?: CompileMode };
}

/**
 * The compiled functions of a step. `step` is a whole one; `gradient` and `update` are its halves, for several micro-batches or
 * ranks: between them the gradients are added up. All three change `state` in place, or not at all when the loss is not finite.
 *
 * - `gradient(shards, sum, gumbel)`: `sum` (null: nothing) plus the gradients of the micro-batch that the shards make up, `[layout.sizeWithTail]`: the gradients of the loss
 *   sum ('tokens') or of the mean ('microbatch'), in the layout's order, and the numbers of `TAIL` behind them
 * - `update(gradients, rates)` and `step(shards, rates, gumbel)`: see {@link adamwUpdate} for the result
 */
export function stepFunctions({ config, frozen, layout, state, settings, mode }: StepFunctionsOptions) {
  const { lossNormalization, activationCheckpointing } = settings;
  const precision = deviceHasBfloat16() ? settings.precision : 'fp32';
  /** Parameters that the loss does not depend on, such as CLIP's unused last norm: known once a gradient has been traced. */
  const unreached = new Set<string>();

  function gradient(
    shards: readonly TrainingBatch[],
    sum: tf.Tensor1D | null,
    gumbel: GumbelStep | null,
  ): tf.Tensor1D {
    const trained = stateParams(layout, state);
    // In front of the gradient: what is drawn needs none.
    const noise = shards.map((batch) => gumbelOptions(config, batch, gumbel));
    let tokens: tf.Scalar | undefined;
    const lossAndGradients = () =>
      tf.engine().gradients<tf.Scalar>(
        () => {
          const all = { ...frozen, ...trained };
          const losses = shards.map((batch, i) =>
            ovisLoss(config, all, batch, { recompute: activationCheckpointing, ...noise[i] }),
          );
          const lossSum = total(losses.map((loss) => loss.lossSum));
          // Made inside the gradient's own tidy scope, needed behind it.
          tokens = tf.keep(total(losses.map((loss) => loss.tokens)));
          return lossNormalization === 'tokens' ? lossSum : tf.div<tf.Scalar>(lossSum, tf.maximum(tokens, 1));
        },
        Object.values(trained),
        undefined,
        // A parameter may be out of the loss's reach; it then gets zeros, and torch would not touch it.
        true,
      );
    const { value: loss, grads } = withPrecision(precision, lossAndGradients);
    const found = (grads as (tf.Tensor | undefined)[]).slice();
    layout.slices.forEach(({ name }, i) => !found[i] && unreached.add(name));
    const flat = joinSlices(layout.slices, (_, i) => found[i], [loss, tokens!, tf.minimum(tokens!, 1)]);
    tokens!.dispose();
    return sum ? tf.add<tf.Tensor1D>(sum, flat) : flat;
  }

  function update(gradients: tf.Tensor1D, rates: readonly AdamWRates[]): tf.Tensor1D {
    const decayed = settings.weightDecay > 0 ? decayedRows(layout, unreached) : null;
    return adamwUpdate(layout.groups, state, { gradients, decayed, rates }, settings);
  }

  const step = (shards: readonly TrainingBatch[], rates: readonly AdamWRates[], gumbel: GumbelStep | null) =>
    update(gradient(shards, null, gumbel), rates);
  const { gradient: gradientMode = 'graph', update: updateMode = 'graph' } = mode;
  return {
    gradient: compile(gradient, { name: 'ovis_gradient', mode: gradientMode }),
    update: compile(update, { name: 'ovis_update', mode: updateMode }),
    step: compile(step, { name: 'ovis_step', mode: gradientMode }),
  };
}

function total(scalars: tf.Scalar[]): tf.Scalar {
  return scalars.reduce((sum, scalar) => tf.add(sum, scalar));
}

/** Every parameter starts a new row of the flat weights. What has no gradient does not decay: torch skips it. */
function decayedRows(layout: FlatLayout, unreached: ReadonlySet<string>): tf.Tensor2D {
  const rows = new Float32Array(layout.size / ALIGNMENT);
  for (const { name, offset, size } of layout.slices) {
    if (isDecayed(name) && !unreached.has(name)) {
      rows.fill(1, offset / ALIGNMENT, Math.ceil((offset + size) / ALIGNMENT));
    }
  }
  return tf.tensor2d(rows, [rows.length, 1]);
}
