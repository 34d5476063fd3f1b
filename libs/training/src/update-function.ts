import { compile, tf } from '@ovis/tensorflow';
import { adamwUpdate } from './adamw.ts';
import type { AdamWRates } from './adamw.ts';
import type { FlatLayout } from './flat-layout.ts';
import type { CompileMode } from './gradient-function.ts';
import { isDecayed } from './modules.ts';
import type { StageSettings } from './settings.ts';

/** Weights and moments of the trained parameters, each one flat variable `[layout.size]`. */
export interface FlatState {
  weights: tf.Variable<tf.Rank.R1>;
  first: tf.Variable<tf.Rank.R1>;
  second: tf.Variable<tf.Rank.R1>;
}

/**
 * Compiles the optimizer step. Besides the flat weights it assigns every parameter its slice of them; the slices start at
 * aligned places, so TensorFlow makes them views and the weights exist once.
 *
 * @param variables the trained parameters by name
 * @param unreached parameters without gradient: they do not decay, as torch skips them
 */
export function updateFunction(options: {
  settings: StageSettings;
  layout: FlatLayout;
  state: FlatState;
  variables: ReadonlyMap<string, tf.Variable>;
  unreached: ReadonlySet<string>;
  mode: CompileMode;
}) {
  const { settings, layout, state, variables } = options;
  const decayed = settings.weightDecay > 0 ? tf.tensor1d(decayMask(layout, options.unreached)) : null;

  function update(gradients: tf.Tensor1D, rates: AdamWRates): tf.Tensor1D {
    const next = adamwUpdate({ ...state, gradients, decayed }, rates, settings, settings.lossNormalization);
    state.weights.assign(next.weights);
    state.first.assign(next.first);
    state.second.assign(next.second);
    for (const { name, shape, offset, size } of layout.slices) {
      variables.get(name)!.assign(tf.reshape(tf.slice1d(next.weights, offset, size), shape));
    }
    return next.stats;
  }
  return compile(update, { name: 'ovis_update', mode: options.mode });
}

function decayMask(layout: FlatLayout, unreached: ReadonlySet<string>): Float32Array {
  const mask = new Float32Array(layout.size);
  for (const { name, offset, size } of layout.slices) {
    if (isDecayed(name) && !unreached.has(name)) mask.fill(1, offset, offset + size);
  }
  return mask;
}
