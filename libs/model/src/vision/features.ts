import { tf } from '@ovis/tensorflow';
import { patchSide, type VisualTokenizerConfig } from '../config/index.ts';
import type { ParamScope } from '../params.ts';
import type { VisionOptions } from './encoder.ts';
import { visionForward } from './vision.ts';

/** Parts of a picture with `s2wrapper`: the whole, top left, top right, bottom left, bottom right. */
const PARTS = 5;

/**
 * Pixels `[images, channels, S, S]` -> what the head reads, `[images, l, features]` (spec 1): the tower's last block, without the
 * class token, joined with the quarters' (`s2wrapper`), blocks of `stride x stride` patches merged into one token.
 */
export function visualFeatures(
  c: VisualTokenizerConfig,
  params: ParamScope,
  pixels: tf.Tensor4D,
  o: VisionOptions = {},
): tf.Tensor3D {
  const tower = (x: tf.Tensor4D): tf.Tensor3D => {
    const last = visionForward(c.backbone, params, x, { ...o, finalNorm: c.finalNorm });
    const [images, tokens, d] = last.shape;
    return c.dropClsToken ? tf.slice(last, [0, 1, 0], [images, tokens - 1, d]) : last;
  };
  const features = c.booster ? joinScales(c, pixels, tower) : tower(pixels);
  return c.hiddenStride === 1 ? features : mergeNeighbours(c, features);
}

/**
 * `s2wrapper` (spec 2.4): pixels `[n, 5 * 3, S, S]`, features `[n, g*g, 2d]`: those of the whole picture, and the four quarters' tiled to
 * `2g x 2g` and averaged to `g x g`. The adaptive form marks small pictures, which have no quarters, with +inf: that half is then zero.
 */
function joinScales(
  c: VisualTokenizerConfig,
  pixels: tf.Tensor4D,
  tower: (pixels: tf.Tensor4D) => tf.Tensor3D,
): tf.Tensor3D {
  const { channels, imageSize: s } = c.backbone;
  const images = pixels.shape[0];
  const missing = c.booster === 's2wrapper-adaptive' ? tf.isInf(pixels) : undefined;
  const finite = missing ? tf.where(missing, tf.zerosLike(pixels), pixels) : pixels;
  const all = tower(tf.reshape(finite, [images * PARTS, channels, s, s]));
  const [, tokens, d] = all.shape;
  const [whole, quarters] = tf.split(tf.reshape(all, [images, PARTS, tokens, d]), [1, PARTS - 1], 1) as [
    tf.Tensor4D,
    tf.Tensor4D,
  ];
  const pooled = poolQuarters(tf.reshape(quarters, [images * (PARTS - 1), tokens, d]), images);
  const kept = missing ? tf.mul(pooled, hasQuarters(missing, images)) : pooled;
  return tf.concat([tf.reshape(whole, [images, tokens, d]), kept as tf.Tensor3D], 2);
}

/** `[n, 1, 1]`: 1 for pictures that have quarters, 0 for those marked as having none. */
function hasQuarters(missing: tf.Tensor, images: number): tf.Tensor {
  const any = tf.any(tf.reshape(missing, [images, -1]), 1);
  return tf.sub(1, tf.cast(tf.reshape(any, [images, 1, 1]), 'float32'));
}

/** Four maps of `g x g` per picture, `[4n, g*g, d]` -> their 2 x 2 tiling averaged in blocks of 2 x 2, `[n, g*g, d]`. */
function poolQuarters(quarters: tf.Tensor3D, images: number): tf.Tensor3D {
  const [, tokens, d] = quarters.shape;
  const g = Math.sqrt(tokens);
  const apart = tf.reshape(quarters, [images, 2, 2, g, g, d]);
  const tiled = tf.reshape(tf.transpose(apart, [0, 1, 3, 2, 4, 5]), [images, g, 2, g, 2, d]);
  return tf.reshape(tf.mean(tiled, [2, 4]), [images, tokens, d]);
}

/**
 * Merges blocks of `s x s` neighbours (spec 2.3): `[n, g*g, d]` -> `[n, (g/s)^2, s*s*d]`, outside in block row and column, inside in row,
 * column, channel. A grid that is no multiple of `s` is padded with zeros at the bottom and on the right.
 */
function mergeNeighbours(c: VisualTokenizerConfig, features: tf.Tensor3D): tf.Tensor3D {
  const [images, , d] = features.shape;
  const s = c.hiddenStride;
  const g = patchSide(c.backbone);
  const missing = (s - (g % s)) % s;
  let grid: tf.Tensor4D = tf.reshape(features, [images, g, g, d]);
  if (missing > 0)
    grid = tf.pad(grid, [
      [0, 0],
      [0, missing],
      [0, missing],
      [0, 0],
    ]);
  const blocks = (g + missing) / s;
  const apart = tf.reshape(grid, [images, blocks, s, blocks, s, d]);
  return tf.reshape(tf.transpose(apart, [0, 1, 3, 2, 4, 5]), [images, blocks * blocks, s * s * d]);
}
