import { gelu, layerNorm, geluTanh, tf } from '@ovis/tensorflow';
import { patchSide, type SiglipVisionConfig } from '../config/index.ts';
import type { Initialiser } from '../init.ts';
import type { ParamScope } from '../params.ts';
import { encode, encoderShapes, type VisionOptions } from './encoder.ts';
import { embedPatches } from './patches.ts';

/*
 * SigLIP's vision transformer as Ovis uses it (spec 2.1): CLIP's blocks without class token and without a norm in front, a patch
 * convolution with bias. `post_layernorm` and the pooling head are in the files, but the features do not pass through them.
 */

/** Names (below `visual_tokenizer.backbone.`) and shapes of all tensors, the unused ones included. */
export function siglipParameterShapes(c: SiglipVisionConfig): Record<string, number[]> {
  const d = c.hiddenSize;
  const inner = c.intermediateSize;
  const head = {
    'head.probe': [1, 1, d],
    'head.attention.in_proj_weight': [3 * d, d],
    'head.attention.in_proj_bias': [3 * d],
    'head.attention.out_proj.weight': [d, d],
    'head.attention.out_proj.bias': [d],
    'head.layernorm.weight': [d],
    'head.layernorm.bias': [d],
    'head.mlp.fc1.weight': [inner, d],
    'head.mlp.fc1.bias': [inner],
    'head.mlp.fc2.weight': [d, inner],
    'head.mlp.fc2.bias': [d],
  };
  const shapes = {
    'embeddings.patch_embedding.weight': [d, c.channels, c.patchSize, c.patchSize],
    'embeddings.patch_embedding.bias': [d],
    'embeddings.position_embedding.weight': [patchSide(c) ** 2, d],
    ...encoderShapes(c),
    'post_layernorm.weight': [d],
    'post_layernorm.bias': [d],
    ...(c.poolingHead ? head : {}),
  };
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [`vision_model.${name}`, shape]));
}

/** Pixels `[images, 3, S, S]` -> last block's output `[images, patches, d]`. */
export function siglipForward(
  c: SiglipVisionConfig,
  params: ParamScope,
  pixels: tf.Tensor4D,
  o: VisionOptions = {},
): tf.Tensor3D {
  const model = params.scope('vision_model.');
  const images = pixels.shape[0];
  const patches = patchSide(c) ** 2;
  const embedded = embedPatches(c, pixels, model.get('embeddings.patch_embedding.weight'), {
    bias: model.get('embeddings.patch_embedding.bias'),
  });
  const placed = tf.add(
    tf.reshape(embedded, [images, patches, c.hiddenSize]),
    model.get('embeddings.position_embedding.weight'),
  );
  const rows: tf.Tensor2D = tf.reshape(placed, [images * patches, c.hiddenSize]);
  const last = encode(c, model, rows, images, c.activation === 'gelu' ? gelu : geluTanh, o);
  if (o.tap) {
    const flat: tf.Tensor2D = tf.reshape(last, rows.shape);
    const [weight, bias] = [model.get('post_layernorm.weight'), model.get('post_layernorm.bias')];
    o.tap('vit.last_hidden_state', tf.reshape(layerNorm(flat, weight, bias, c.layerNormEps), last.shape));
  }
  return last;
}

/** SigLIP's own initialiser in Hugging Face. `name` is below `visual_tokenizer.backbone.`. */
export function siglipInitialiser(
  c: SiglipVisionConfig,
  name: string,
  shape: readonly number[],
): Initialiser {
  const normal = (std: number): Initialiser => ({ kind: 'normal', mean: 0, std });
  // Xavier's uniform distribution.
  const xavier = (): Initialiser => {
    const bound = Math.sqrt(6 / ((shape[0] as number) + (shape[1] as number)));
    return { kind: 'uniform', low: -bound, high: bound };
  };
  if (/mlp\.fc[12]\.bias$/.test(name)) return normal(1e-6);
  if (name.includes('norm')) return { kind: 'constant', value: name.endsWith('weight') ? 1 : 0 };
  if (name.endsWith('bias')) return { kind: 'constant', value: 0 };
  if (name.endsWith('position_embedding.weight')) return normal(c.hiddenSize ** -0.5);
  if (name.endsWith('patch_embedding.weight')) return normal((c.channels * c.patchSize ** 2) ** -0.5); // LeCun's normal distribution
  if (name.endsWith('head.probe')) return normal(1);
  return xavier();
}
