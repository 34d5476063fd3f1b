import type { ClipVisionConfig } from '../config/index.ts';
import { attend, gelu, joinHeads, layerNorm, linear, quickGelu, splitHeads, tf } from '@ovis/tensorflow';
import { runBlock } from '../checkpoint.ts';
import type { ParamScope, Tap } from '../params.ts';

export interface VisionOptions {
  tap?: Tap;
  /** Compute each block again in the backward pass instead of keeping what it needs. */
  recompute?: boolean;
}

/*
 * CLIP's vision transformer as Ovis uses it (spec 2, 2.1): the features are the raw output of the last block;
 * `post_layernorm` is in the files, but nothing here reads it.
 */

/** Names (below `vision_model.`) and shapes of all tensors, the unused `post_layernorm` included. */
export function clipParameterShapes(c: ClipVisionConfig): Record<string, number[]> {
  const d = c.hiddenSize;
  const inner = c.intermediateSize;
  const shapes: Record<string, number[]> = {
    'vision_model.embeddings.class_embedding': [d],
    'vision_model.embeddings.patch_embedding.weight': [d, c.channels, c.patchSize, c.patchSize],
    'vision_model.embeddings.position_embedding.weight': [patchCount(c) + 1, d],
    'vision_model.pre_layrnorm.weight': [d],
    'vision_model.pre_layrnorm.bias': [d],
  };
  for (let i = 0; i < c.layers; i++) {
    const layer = `vision_model.encoder.layers.${i}.`;
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
  shapes['vision_model.post_layernorm.weight'] = [d];
  shapes['vision_model.post_layernorm.bias'] = [d];
  return shapes;
}

/**
 * Pixels `[images, 3, S, S]` -> last block's output `[images, patches + 1, d]`, the class token first.
 * `params` is the scope of the tower (`visual_tokenizer.backbone.`).
 */
export function clipForward(
  c: ClipVisionConfig,
  params: ParamScope,
  pixels: tf.Tensor4D,
  o: VisionOptions = {},
): tf.Tensor3D {
  const { tap } = o;
  const model = params.scope('vision_model.');
  const images = pixels.shape[0];
  const tokens = patchCount(c) + 1;
  const shape: [number, number, number] = [images, tokens, c.hiddenSize];

  let x: tf.Tensor2D = embed(c, model.scope('embeddings.'), pixels);
  x = layerNorm(x, model.get('pre_layrnorm.weight'), model.get('pre_layrnorm.bias'), c.layerNormEps);
  tap?.('vit.hidden_states.0', tf.reshape(x, shape));
  for (let i = 0; i < c.layers; i++) {
    const run = (layer: ParamScope, ...[x]: tf.Tensor[]) => block(c, layer, x as tf.Tensor2D, images, tokens);
    x = runBlock(o.recompute, run, model.scope(`encoder.layers.${i}.`), [x]);
    tap?.(`vit.hidden_states.${i + 1}`, tf.reshape(x, shape));
  }
  return tf.reshape(x, shape);
}

/** Patch embedding as one matrix product; row 0 of every image is an empty patch that the class embedding fills. */
function embed(c: ClipVisionConfig, params: ParamScope, pixels: tf.Tensor4D): tf.Tensor2D {
  const images = pixels.shape[0];
  const { patchSize: p, channels, hiddenSize: d } = c;
  const side = c.imageSize / p;
  const apart = tf.reshape(pixels, [images, channels, side, p, side, p]);
  const patches = tf.reshape(tf.transpose(apart, [0, 2, 4, 1, 3, 5]), [
    images,
    side * side,
    channels * p * p,
  ]);
  const withClassRow = tf.pad(patches, [
    [0, 0],
    [1, 0],
    [0, 0],
  ]);
  const flat: tf.Tensor2D = tf.reshape(withClassRow, [images * (side * side + 1), channels * p * p]);
  const embedded = linear(flat, tf.reshape(params.get('patch_embedding.weight'), [d, channels * p * p]));
  const classRow = tf.pad(tf.reshape(params.get('class_embedding'), [1, d]), [
    [0, side * side],
    [0, 0],
  ]);
  const positions = tf.add(params.get('position_embedding.weight'), classRow);
  return tf.reshape(tf.add(tf.reshape(embedded, [images, side * side + 1, d]), positions), [
    images * (side * side + 1),
    d,
  ]);
}

/** Pre-norm block on x `[images*tokens, d]`. */
function block(
  c: ClipVisionConfig,
  params: ParamScope,
  x: tf.Tensor2D,
  images: number,
  tokens: number,
): tf.Tensor2D {
  const norm = (name: string, value: tf.Tensor2D) =>
    layerNorm(value, params.get(`${name}.weight`), params.get(`${name}.bias`), c.layerNormEps);
  const attention = selfAttention(c, params.scope('self_attn.'), norm('layer_norm1', x), images, tokens);
  const attended: tf.Tensor2D = tf.add(x, attention);
  const inner = linear(
    norm('layer_norm2', attended),
    params.get('mlp.fc1.weight'),
    params.get('mlp.fc1.bias'),
  );
  const active = c.activation === 'quick_gelu' ? quickGelu(inner) : gelu(inner);
  return tf.add(attended, linear(active, params.get('mlp.fc2.weight'), params.get('mlp.fc2.bias')));
}

function selfAttention(
  c: ClipVisionConfig,
  params: ParamScope,
  x: tf.Tensor2D,
  images: number,
  tokens: number,
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

function patchCount(c: ClipVisionConfig): number {
  return (c.imageSize / c.patchSize) ** 2;
}
