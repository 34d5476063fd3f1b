import { attend, joinHeads, linear, rmsNorm, siluTimes, splitHeads, tf } from '@ovis/tensorflow';
import { runBlock } from '../checkpoint.ts';
import { patchSide, type Aimv2VisionConfig } from '../config/index.ts';
import type { Initialiser } from '../init.ts';
import type { ParamScope } from '../params.ts';
import type { VisionOptions } from './encoder.ts';
import { embedPatches } from './patches.ts';

/*
 * AIMv2 (spec 2.1): patch convolution with bias, RMSNorm, learned positions; blocks x += attn(rms(x)), x += swiglu(rms(x)) with one fused
 * q-k-v product. The official Ovis takes the last block's raw output; native `ovis2` takes it through `post_trunk_norm`.
 */

/** Names (below `visual_tokenizer.backbone.`) and shapes of all tensors. */
export function aimv2ParameterShapes(c: Aimv2VisionConfig): Record<string, number[]> {
  const d = c.hiddenSize;
  const inner = c.intermediateSize;
  const shapes: Record<string, number[]> = {
    'preprocessor.patchifier.proj.weight': [d, c.channels, c.patchSize, c.patchSize],
    'preprocessor.patchifier.proj.bias': [d],
    'preprocessor.patchifier.norm.weight': [d],
    'preprocessor.pos_embed': [1, patchSide(c) ** 2, d],
  };
  for (let i = 0; i < c.layers; i++) {
    const block = `trunk.blocks.${i}.`;
    const linears: [string, number, number, boolean][] = [
      ['attn.qkv', 3 * d, d, c.qkvBias],
      ['attn.proj', d, d, c.mlpBias],
      ['mlp.fc1', inner, d, c.mlpBias],
      ['mlp.fc2', d, inner, c.mlpBias],
      ['mlp.fc3', inner, d, c.mlpBias],
    ];
    for (const [name, out, into, biased] of linears) {
      shapes[`${block}${name}.weight`] = [out, into];
      if (biased) shapes[`${block}${name}.bias`] = [out];
    }
    shapes[`${block}norm_1.weight`] = [d];
    shapes[`${block}norm_2.weight`] = [d];
  }
  shapes['trunk.post_trunk_norm.weight'] = [d];
  return shapes;
}

/**
 * Pixels `[images, 3, S, S]` -> `[images, patches, d]`: the last block's raw output, or with `finalNorm` through the final RMSNorm.
 * Hidden states are block outputs only, the embedding is none of them.
 */
export function aimv2Forward(
  c: Aimv2VisionConfig,
  params: ParamScope,
  pixels: tf.Tensor4D,
  o: VisionOptions & { finalNorm?: boolean } = {},
): tf.Tensor3D {
  const { tap } = o;
  const images = pixels.shape[0];
  const patches = patchSide(c) ** 2;
  const shape: [number, number, number] = [images, patches, c.hiddenSize];

  let x = embed(c, params.scope('preprocessor.'), pixels);
  tap?.('vit.embeddings', tf.reshape(x, shape));
  const run = (block: ParamScope, ...[x]: tf.Tensor[]) =>
    aimv2Block(c, block, x as tf.Tensor2D, images, patches);
  for (let i = 0; i < c.layers; i++) {
    x = runBlock(o.recompute, run, params.scope(`trunk.blocks.${i}.`), [x]);
    tap?.(`vit.hidden_states.${i}`, tf.reshape(x, shape));
  }
  if (!o.finalNorm && !tap) return tf.reshape(x, shape);
  const normal = rmsNorm(x, params.get('trunk.post_trunk_norm.weight'), c.rmsNormEps);
  tap?.('vit.last_hidden_state', tf.reshape(normal, shape));
  return tf.reshape(o.finalNorm ? normal : x, shape);
}

function embed(c: Aimv2VisionConfig, params: ParamScope, pixels: tf.Tensor4D): tf.Tensor2D {
  const embedded = embedPatches(c, pixels, params.get('patchifier.proj.weight'), {
    bias: params.get('patchifier.proj.bias'),
  });
  const normal = rmsNorm(embedded, params.get('patchifier.norm.weight'), c.rmsNormEps);
  const rows = tf.reshape(normal, [pixels.shape[0], patchSide(c) ** 2, c.hiddenSize]);
  return tf.reshape(tf.add(rows, params.get('pos_embed')), normal.shape);
}

/** Pre-norm block on x `[images*patches, d]`. */
function aimv2Block(
  c: Aimv2VisionConfig,
  params: ParamScope,
  x: tf.Tensor2D,
  images: number,
  patches: number,
): tf.Tensor2D {
  const project = (name: string, value: tf.Tensor2D) =>
    linear(value, params.get(`${name}.weight`), params.optional(`${name}.bias`));
  const norm = (name: string, value: tf.Tensor2D) => rmsNorm(value, params.get(name), c.rmsNormEps);
  const qkv = splitHeads(project('attn.qkv', norm('norm_1.weight', x)), 3 * c.heads, images, patches);
  const [q, k, v] = tf.split(qkv, 3, 0) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
  const scaled: tf.Tensor4D = tf.mul(q, (c.hiddenSize / c.heads) ** -0.5);
  const attended: tf.Tensor2D = tf.add(x, project('attn.proj', joinHeads(attend(scaled, k, v), c.heads)));
  const normal = norm('norm_2.weight', attended);
  const active = siluTimes(project('mlp.fc1', normal), project('mlp.fc3', normal));
  return tf.add(attended, project('mlp.fc2', active));
}

/** Hugging Face's initialiser for AIMv2: normal(0, initializer_range), biases 0, norms 1. */
export function aimv2Initialiser(c: Aimv2VisionConfig, name: string): Initialiser {
  if (name.endsWith('.bias')) return { kind: 'constant', value: 0 };
  if (name.includes('norm')) return { kind: 'constant', value: 1 };
  return { kind: 'normal', mean: 0, std: c.initializerRange };
}
