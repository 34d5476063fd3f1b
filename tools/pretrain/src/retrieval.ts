import { ParamScope, visionForward, type OvisConfig, type Params } from '@ovis/model';
import { compile, tf } from '@ovis/tensorflow';

const CHUNK = 128;

/**
 * Mean of the patch tokens of the tower's last block, of length 1 after centring: `[images, d]`, row-major.
 * `pixels` is `[images, 3, S, S]`, normalised.
 */
export async function imageFeatures(
  config: OvisConfig,
  params: Params,
  pixels: Float32Array,
): Promise<Float32Array> {
  const { imageSize, channels, hiddenSize } = config.visual.backbone;
  const length = channels * imageSize * imageSize;
  const images = pixels.length / length;
  const forward = compile(
    (p: Params, batch: tf.Tensor4D) => {
      const states = visionForward(config.visual.backbone, new ParamScope(p, ''), batch);
      const patches = tf.slice(states, [0, 1, 0], [CHUNK, states.shape[1] - 1, hiddenSize]);
      return tf.mean(patches, 1) as tf.Tensor2D;
    },
    { name: 'image-features' },
  );
  const features = new Float32Array(images * hiddenSize);
  for (let start = 0; start < images; start += CHUNK) {
    const padded = new Float32Array(CHUNK * length);
    padded.set(pixels.subarray(start * length, Math.min(images, start + CHUNK) * length));
    const batch = tf.tensor4d(padded, [CHUNK, channels, imageSize, imageSize]);
    const result = await forward(params, batch);
    const kept = Math.min(CHUNK, images - start) * hiddenSize;
    features.set((result.dataSync() as Float32Array).subarray(0, kept), start * hiddenSize);
    tf.dispose([batch, result]);
  }
  forward.dispose();
  return centred(features, hiddenSize);
}

/** Takes the mean over all rows away and scales every row to length 1. */
function centred(features: Float32Array, width: number): Float32Array {
  const rows = features.length / width;
  const mean = new Float64Array(width);
  features.forEach((value, at) => ((mean[at % width] as number) += value / rows));
  for (let row = 0; row < rows; row++) {
    let norm = 0;
    for (let k = 0; k < width; k++) {
      const value = (features[row * width + k] as number) - (mean[k] as number);
      features[row * width + k] = value;
      norm += value * value;
    }
    for (let k = 0; k < width; k++) (features[row * width + k] as number) /= Math.sqrt(norm) + 1e-9;
  }
  return features;
}

/** Part of the queries whose nearest row of the gallery (largest inner product) has the same label. */
export function nearestNeighbourAccuracy(
  queries: Float32Array,
  queryLabels: string[],
  gallery: Float32Array,
  galleryLabels: string[],
): number {
  const width = queries.length / queryLabels.length;
  let right = 0;
  queryLabels.forEach((label, query) => {
    let best = -Infinity;
    let nearest = '';
    galleryLabels.forEach((other, row) => {
      let product = 0;
      for (let k = 0; k < width; k++)
        product += (queries[query * width + k] as number) * (gallery[row * width + k] as number);
      if (product > best) {
        best = product;
        nearest = other;
      }
    });
    if (nearest === label) right++;
  });
  return right / Math.max(1, queryLabels.length);
}
