import { linear, tf } from '@ovis/tensorflow';
import { patchSide, type VisionConfig } from '../config/index.ts';

/**
 * Patch embedding, a convolution whose stride is its size, as one matrix product. Pixels `[images, channels, S, S]`, weight
 * `[d, channels, p, p]` -> `[images * rows, d]`. Pixels that are too few for a patch are left out, as the convolution does.
 * @param emptyRows rows without a patch in front of each image (class token): zeros before the bias
 */
export function embedPatches(
  c: VisionConfig,
  pixels: tf.Tensor4D,
  weight: tf.Tensor,
  { bias, emptyRows = 0 }: { bias?: tf.Tensor; emptyRows?: number } = {},
): tf.Tensor2D {
  const images = pixels.shape[0];
  const { patchSize: p, channels, hiddenSize: d } = c;
  const side = patchSide(c);
  const used =
    side * p === c.imageSize
      ? pixels
      : tf.slice(pixels, [0, 0, 0, 0], [images, channels, side * p, side * p]);
  const apart = tf.reshape(used, [images, channels, side, p, side, p]);
  const patches: tf.Tensor3D = tf.reshape(tf.transpose(apart, [0, 2, 4, 1, 3, 5]), [
    images,
    side * side,
    channels * p * p,
  ]);
  const rows =
    emptyRows === 0
      ? patches
      : tf.pad(patches, [
          [0, 0],
          [emptyRows, 0],
          [0, 0],
        ]);
  const flat: tf.Tensor2D = tf.reshape(rows, [images * (side * side + emptyRows), channels * p * p]);
  return linear(flat, tf.reshape(weight, [d, channels * p * p]), bias);
}
