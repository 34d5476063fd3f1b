import { ovisLoss } from '@ovis/model';
import type { OvisConfig, Params } from '@ovis/model';
import { compile, deviceHasBfloat16, emit, tf, withPrecision } from '@ovis/tensorflow';
import { adamwUpdate, squaresOf, stepFacts, sumUp } from './adamw.ts';
import type { AdamWRates } from './adamw.ts';
import { ALIGNMENT, joinSlices } from './flat-layout.ts';
import type { FlatBucket, FlatLayout } from './flat-layout.ts';
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

export type StepFunctions = ReturnType<typeof stepFunctions>;

/**
 * The compiled functions of a step. `step` is a whole one; `gradient` and `update` are its halves, for several micro-batches or
 * ranks: between them the gradients are added up. `step` and `update` change `state` in place, or not at all when the loss is not finite.
 *
 * - `gradient(shards, sums, gumbel)` emits a tensor `[bucket.size + ALIGNMENT]` for each bucket as soon as it is full: `sums` (null: nothing) plus the gradients of
 *   the micro-batch that the shards make up, those of the loss sum ('tokens') or of the mean ('microbatch'), and the numbers of `TAIL` behind them
 * - `update(buckets, rates)` and `step(shards, rates, gumbel)` give {@link StepFacts.stats}; `rates` are those of the layout's groups
 */
export function stepFunctions({ config, frozen, layout, state, settings, mode }: StepFunctionsOptions) {
  const { lossNormalization, activationCheckpointing } = settings;
  const precision = deviceHasBfloat16() ? settings.precision : 'fp32';
  /** Parameters that the loss does not depend on, such as CLIP's unused last norm: known once a gradient has been traced. */
  const unreached = new Set<string>();

  /** The gradients bucket by bucket, in backward order. */
  function gradients(shards: readonly TrainingBatch[], gumbel: GumbelStep | null): tf.Tensor1D[] {
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
          const lossSum = sumUp(losses.map((loss) => loss.lossSum));
          // Made inside the gradient's own tidy scope, needed behind it.
          tokens = tf.keep(sumUp(losses.map((loss) => loss.tokens)));
          return lossNormalization === 'tokens' ? lossSum : tf.div<tf.Scalar>(lossSum, tf.maximum(tokens, 1));
        },
        Object.values(trained),
        undefined,
        // A parameter may be out of the loss's reach; it then gets zeros, and torch would not touch it.
        true,
      );
    const { value: loss, grads } = withPrecision(precision, lossAndGradients);
    const names = Object.keys(trained);
    const found = new Map(names.map((name, i) => [name, (grads as (tf.Tensor | undefined)[])[i]]));
    for (const [name, gradient] of found) if (!gradient) unreached.add(name);
    const tail = [loss, tokens!, tf.minimum<tf.Scalar>(tokens!, 1)];
    const buckets = layout.buckets.map((bucket) => joinSlices(bucket, ({ name }) => found.get(name), tail));
    tokens!.dispose();
    return buckets;
  }

  function gradient(
    shards: readonly TrainingBatch[],
    sums: readonly tf.Tensor1D[] | null,
    gumbel: GumbelStep | null,
  ): void {
    gradients(shards, gumbel).forEach((bucket, i) => emit(sums ? tf.add(sums[i]!, bucket) : bucket));
  }

  function update(buckets: readonly tf.Tensor1D[], rates: readonly AdamWRates[]): tf.Tensor1D {
    const sums = layout.buckets.map(({ size }, i) => tf.slice1d(buckets[i]!, 0, size));
    const tail = tf.slice1d(buckets.at(-1)!, layout.buckets.at(-1)!.size, ALIGNMENT);
    const facts = stepFacts(tail, squaresOf(layout, sums), settings, rates[0]!);
    const updates = layout.buckets.map((bucket, i) => ({
      gradient: sums[i]!,
      rates: rates[bucket.group]!,
      decayed: decayed(bucket),
    }));
    adamwUpdate(state, updates, facts, settings);
    return facts.stats;
  }

  /** Rows of the bucket's weights that decay; null when none does. Known once a gradient has been traced. */
  const decayed = (bucket: FlatBucket) => (settings.weightDecay > 0 ? decayedRows(bucket, unreached) : null);
  const step = (shards: readonly TrainingBatch[], rates: readonly AdamWRates[], gumbel: GumbelStep | null) =>
    update(gradients(shards, gumbel), rates);
  const { gradient: gradientMode = 'graph', update: updateMode = 'graph' } = mode;
  return {
    gradient: compile(gradient, { name: 'ovis_gradient', mode: gradientMode }),
    update: compile(update, { name: 'ovis_update', mode: updateMode }),
    step: compile(step, { name: 'ovis_step', mode: gradientMode }),
    decayed,
    dispose() {
      for (const compiled of [this.gradient, this.update, this.step]) compiled.dispose();
    },
  };
}

/** Every parameter starts a new row of the flat weights. What has no gradient does not decay: torch skips it. */
function decayedRows(bucket: FlatBucket, unreached: ReadonlySet<string>): tf.Tensor2D {
  const rows = new Float32Array(bucket.size / ALIGNMENT);
  for (const { name, offset, size } of bucket.slices) {
    if (isDecayed(name) && !unreached.has(name)) {
      rows.fill(1, offset / ALIGNMENT, Math.ceil((offset + size) / ALIGNMENT));
    }
  }
  return tf.tensor2d(rows, [rows.length, 1]);
}
