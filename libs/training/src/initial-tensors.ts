import { reinitLastVitBlocks } from '@ovis/model';
import type { OvisConfig, Params } from '@ovis/model';
import { tensorView, tf } from '@ovis/tensorflow';
import type { FlatLayout } from './flat-layout.ts';
import { joinFlat } from './host-tensors.ts';
import type { HostTensor } from './host-tensors.ts';
import { absoluteLayer } from './modules.ts';
import type { StageSettings } from './settings.ts';

/** The weights a stage starts from: stage 1 draws new ones for the ViT blocks it re-initialises (spec 2.2). */
export function freshParams(config: OvisConfig, params: Params, settings: StageSettings): Params {
  const { stage, trainModules, reinitLayersFrom, seed } = settings;
  const reinit = stage === 1 && trainModules.includes('visual_tokenizer.re_init_layers');
  if (!reinit || reinitLayersFrom === undefined) return params;
  const begin = absoluteLayer(reinitLayersFrom, config.visual.backbone.layers);
  return reinitLastVitBlocks(config, params, { begin, seed });
}

/** A tensor's values without a copy where they lie in CPU memory. */
export function hostTensor(tensor: tf.Tensor): HostTensor {
  return { dtype: 'F32', shape: tensor.shape, data: tensorView(tensor) as Float32Array };
}

/** The trained parameters behind each other, in a variable of their own. */
export function flatWeights(layout: FlatLayout, params: Params): tf.Variable<tf.Rank.R1> {
  const hosts = layout.slices.map(({ name }) => [name, hostTensor(params[name]!)] as const);
  return flatVariable(joinFlat(layout, Object.fromEntries(hosts)));
}

export function flatVariable(values: Float32Array): tf.Variable<tf.Rank.R1> {
  const initial = tf.tensor1d(values);
  const variable = tf.variable(initial);
  initial.dispose();
  return variable;
}

/**
 * A variable for each slice of the flat weights. They are cut on the device and so have data of their own; made from the
 * caller's tensors, variables of two trainers in one process would share it.
 */
export function parameterVariables(layout: FlatLayout, flat: tf.Tensor1D): Map<string, tf.Variable> {
  return new Map(
    layout.slices.map(({ name, shape, offset, size }) => {
      const slice = tf.tidy(() => tf.reshape(tf.slice1d(flat, offset, size), shape));
      const variable = tf.variable(slice);
      slice.dispose();
      return [name, variable];
    }),
  );
}

/** Whether writing to a tensor's view writes to the tensor. Asked of a buffer whose last float is free. */
export function viewIsMemory(tensor: tf.Tensor, view: Float32Array): boolean {
  const last = view.length - 1;
  view[last] = 1;
  const shared = tensorView(tensor)[last] === 1;
  view[last] = 0;
  return shared;
}
