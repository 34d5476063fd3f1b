import { gelu, layerNorm, quickGelu, tf } from '@ovis/tensorflow';
import { patchSide, type ClipVisionConfig } from '../config/index.ts';
import type { ParamScope } from '../params.ts';
import { encode, encoderShapes, type VisionOptions } from './encoder.ts';
import { embedPatches } from './patches.ts';

/*
 * CLIP's vision transformer as Ovis uses it (spec 2, 2.1): the features are the raw output of the last block;
 * `post_layernorm` is in the files, but nothing here reads it.
 */

/** Names (below `visual_tokenizer.backbone.`) and shapes of all tensors, the unused `post_layernorm` included. */
export function clipParameterShapes(c: ClipVisionConfig): Record<string, number[]> {
  const d = c.hiddenSize;
  const shapes = {
    'embeddings.class_embedding': [d],
    'embeddings.patch_embedding.weight': [d, c.channels, c.patchSize, c.patchSize],
    'embeddings.position_embedding.weight': [patchSide(c) ** 2 + 1, d],
    'pre_layrnorm.weight': [d],
    'pre_layrnorm.bias': [d],
    ...encoderShapes(c),
    'post_layernorm.weight': [d],
    'post_layernorm.bias': [d],
  };
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [`vision_model.${name}`, shape]));
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
  const model = params.scope('vision_model.');
  const embedded = embed(c, model.scope('embeddings.'), pixels);
  const x = layerNorm(
    embedded,
    model.get('pre_layrnorm.weight'),
    model.get('pre_layrnorm.bias'),
    c.layerNormEps,
  );
  const activation = c.activation === 'quick_gelu' ? quickGelu : gelu;
  const last = encode(c, model, x, pixels.shape[0], activation, o);
  // In Hugging Face only the pooled token goes through post_layernorm.
  o.tap?.('vit.last_hidden_state', last);
  return last;
}

/** Row 0 of every image is an empty patch that the class embedding fills. */
function embed(c: ClipVisionConfig, params: ParamScope, pixels: tf.Tensor4D): tf.Tensor2D {
  const images = pixels.shape[0];
  const patches = patchSide(c) ** 2;
  const embedded = embedPatches(c, pixels, params.get('patch_embedding.weight'), { emptyRows: 1 });
  const classRow = tf.pad(tf.reshape(params.get('class_embedding'), [1, c.hiddenSize]), [
    [0, patches],
    [0, 0],
  ]);
  const positions = tf.add(params.get('position_embedding.weight'), classRow);
  const rows = images * (patches + 1);
  return tf.reshape(tf.add(tf.reshape(embedded, [images, patches + 1, c.hiddenSize]), positions), [
    rows,
    c.hiddenSize,
  ]);
}
