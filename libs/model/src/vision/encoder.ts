import { attend, joinHeads, layerNorm, linear, splitHeads, tf } from '@ovis/tensorflow';
import { runBlock } from '../checkpoint.ts';
import type { ClipVisionConfig, SiglipVisionConfig } from '../config/index.ts';
import type { ParamScope, Tap } from '../params.ts';

export interface VisionOptions {
  tap?: Tap;
  /** Compute each block again in the backward pass instead of keeping what it needs. */
  recompute?: boolean;
}

/*
 * The encoder that CLIP and SigLIP share (spec 2.1): pre-norm blocks with LayerNorm, biases everywhere, an MLP with one activation.
 */

type EncoderConfig = ClipVisionConfig | SiglipVisionConfig;

/** Names (below `vision_model.`) and shapes of the blocks. */
export function encoderShapes(c: EncoderConfig): Record<string, number[]> {
  const d = c.hiddenSize;
  const inner = c.intermediateSize;
  const shapes: Record<string, number[]> = {};
  for (let i = 0; i < c.layers; i++) {
    const layer = `encoder.layers.${i}.`;
    for (const name of ['q_proj', 'k_proj', 'v_proj', 'out_proj']) {
      shapes[`${layer}self_attn.${name}.weight`] = [d, d];
      shapes[`${layer}self_attn.${name}.bias`] = [d];
    }
    shapes[`${layer}mlp.fc1.weight`] = [inner, d];
    shapes[`${layer}mlp.fc1.bias`] = [inner];
    shapes[`${layer}mlp.fc2.weight`] = [d, inner];
    shapes[`${layer}mlp.fc2.bias`] = [d];
    for (const name of ['layer_norm1', 'layer_norm2']) {
      shapes[`${layer}${name}.weight`] = [d];
      shapes[`${layer}${name}.bias`] = [d];
    }
  }
  return shapes;
}

/** All blocks on x `[images*tokens, d]`; `params` is the scope `vision_model.`. Taps `vit.hidden_states.i`. */
export function encode(
  c: EncoderConfig,
  params: ParamScope,
  embedded: tf.Tensor2D,
  images: number,
  activation: (x: tf.Tensor2D) => tf.Tensor2D,
  o: VisionOptions,
): tf.Tensor3D {
  const tokens = embedded.shape[0] / images;
  const shape: [number, number, number] = [images, tokens, c.hiddenSize];
  const run = (layer: ParamScope, ...[x]: tf.Tensor[]) =>
    block(c, layer, x as tf.Tensor2D, { images, tokens, activation });
  let x = embedded;
  o.tap?.('vit.hidden_states.0', tf.reshape(x, shape));
  for (let i = 0; i < c.layers; i++) {
    x = runBlock(o.recompute, run, params.scope(`encoder.layers.${i}.`), [x]);
    o.tap?.(`vit.hidden_states.${i + 1}`, tf.reshape(x, shape));
  }
  return tf.reshape(x, shape);
}

interface Sizes {
  images: number;
  tokens: number;
  activation: (x: tf.Tensor2D) => tf.Tensor2D;
}

/** Pre-norm block on x `[images*tokens, d]`. */
function block(c: EncoderConfig, params: ParamScope, x: tf.Tensor2D, sizes: Sizes): tf.Tensor2D {
  const norm = (name: string, value: tf.Tensor2D) =>
    layerNorm(value, params.get(`${name}.weight`), params.get(`${name}.bias`), c.layerNormEps);
  const attention = selfAttention(c, params.scope('self_attn.'), norm('layer_norm1', x), sizes);
  const attended: tf.Tensor2D = tf.add(x, attention);
  const inner = linear(
    norm('layer_norm2', attended),
    params.get('mlp.fc1.weight'),
    params.get('mlp.fc1.bias'),
  );
  const active = sizes.activation(inner);
  return tf.add(attended, linear(active, params.get('mlp.fc2.weight'), params.get('mlp.fc2.bias')));
}

function selfAttention(
  c: EncoderConfig,
  params: ParamScope,
  x: tf.Tensor2D,
  { images, tokens }: Sizes,
): tf.Tensor2D {
  // The scale of the scores goes into the query weights: d x d numbers instead of images x tokens x d.
  const scale = (c.hiddenSize / c.heads) ** -0.5;
  const weight = tf.concat([
    tf.mul(params.get('q_proj.weight'), scale),
    params.get('k_proj.weight'),
    params.get('v_proj.weight'),
  ]);
  const bias = tf.concat([
    tf.mul(params.get('q_proj.bias'), scale),
    params.get('k_proj.bias'),
    params.get('v_proj.bias'),
  ]);
  const qkv = splitHeads(linear(x, weight, bias), 3 * c.heads, images, tokens);
  const [q, k, v] = tf.split(qkv, 3, 0) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
  const joined = joinHeads(attend(q, k, v), c.heads);
  return linear(joined, params.get('out_proj.weight'), params.get('out_proj.bias'));
}
