import type { OvisConfig } from './config/index.ts';
import { tf } from '@ovis/tensorflow';
import { decoderInitialiser } from './llm/parameters.ts';
import {
  HEAD_NORM_BIAS,
  HEAD_NORM_WEIGHT,
  HEAD_WEIGHT,
  LLM_PREFIX,
  parameterShapes,
  VIT_PREFIX,
  VTE_WEIGHT,
} from './parameter-shapes.ts';
import type { Params } from './params.ts';
import { RandomStream } from './random.ts';
import { visionBlockOf, visionInitialiser } from './vision/vision.ts';

/** How a fresh tensor is drawn. */
export type Initialiser =
  | { kind: 'constant'; value: number }
  | { kind: 'normal'; mean: number; std: number }
  | { kind: 'uniform'; low: number; high: number };

/** One fresh tensor; the same seed and name give the same values, whatever else is drawn. */
export function drawTensor(init: Initialiser, shape: number[], o: { seed: number; name: string }): tf.Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  const stream = new RandomStream(o.seed, o.name);
  switch (init.kind) {
    case 'constant':
      return tf.tensor(new Float32Array(size).fill(init.value), shape, 'float32');
    case 'normal':
      return tf.tensor(stream.normals(size, init.mean, init.std), shape, 'float32');
    case 'uniform':
      return tf.tensor(stream.uniforms(size, init.low, init.high), shape, 'float32');
  }
}

/**
 * A fresh tensor of an Ovis model by its official name (spec 2.2): Hugging Face's initialisers for tower and LLM,
 * torch's default for the head's linear layer, normal(0, 1) for the visual embedding table.
 */
export function initialiserOf(config: OvisConfig, name: string, shape: readonly number[]): Initialiser {
  if (name === VTE_WEIGHT) return { kind: 'normal', mean: 0, std: 1 };
  if (name === HEAD_NORM_WEIGHT) return { kind: 'constant', value: 1 };
  if (name === HEAD_NORM_BIAS) return { kind: 'constant', value: 0 };
  if (name === HEAD_WEIGHT) {
    const bound = (shape[1] as number) ** -0.5;
    return { kind: 'uniform', low: -bound, high: bound };
  }
  if (name.startsWith(VIT_PREFIX)) {
    return visionInitialiser(config.visual.backbone, name.slice(VIT_PREFIX.length), shape);
  }
  return decoderInitialiser(config.llm, name.slice(LLM_PREFIX.length));
}

/**
 * A whole fresh model. `only` limits it to some names, for instance to the head and the table when tower and LLM
 * come from files.
 */
export function initParams(
  config: OvisConfig,
  o: { seed: number; only?: (name: string) => boolean },
): Params {
  const params: Params = {};
  for (const [name, shape] of Object.entries(parameterShapes(config))) {
    if (o.only && !o.only(name)) continue;
    params[name] = drawTensor(initialiserOf(config, name, shape), shape, { seed: o.seed, name });
  }
  return params;
}

/**
 * Stage 1 of Ovis 1.0 starts with fresh blocks of the tower from `begin` on (spec 2.2, `visual_re_init_layer_begin`).
 * Returns a new record; replaced tensors are not disposed, all others are shared.
 */
export function reinitLastVitBlocks(
  config: OvisConfig,
  params: Params,
  o: { begin: number; seed: number },
): Params {
  const fresh = initParams(config, {
    seed: o.seed,
    only: (name) => name.startsWith(VIT_PREFIX) && (visionBlockOf(name) ?? -1) >= o.begin,
  });
  return { ...params, ...fresh };
}

/**
 * `--vte_re_init`: the visual table drawn from normal(mean, std) of the LLM's own embedding table (spec 2.2). No
 * published script sets it. Returns a new record; the replaced tensor is not disposed.
 */
export function reinitVte(config: OvisConfig, params: Params, o: { seed: number }): Params {
  const shape = [config.visual.vocabSize, config.hiddenSize];
  const table = params[`${LLM_PREFIX}model.embed_tokens.weight`];
  if (!table) return params;
  const vte = tf.tidy(() => {
    const normal = drawTensor({ kind: 'normal', mean: 0, std: 1 }, shape, {
      seed: o.seed,
      name: `${VTE_WEIGHT}/re-init`,
    });
    const { mean, variance } = tf.moments(table);
    return tf.add(tf.mul(normal, tf.sqrt(variance)), mean);
  });
  return { ...params, [VTE_WEIGHT]: vte };
}
