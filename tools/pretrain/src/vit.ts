import {
  initParams,
  ParamScope,
  RandomStream,
  visionForward,
  type OvisConfig,
  type Params,
} from '@ovis/model';
import { sparseSoftmaxCrossEntropy, takeRows, tf } from '@ovis/tensorflow';
import { drawingViews, writeView } from './augment-batch.ts';
import { optimise, takeWeights, type Weights } from './optimise.ts';

/** Drawings of named things by several artists. */
export interface NamedImages {
  /** Side in pixels. */
  size: number;
  /** Interleaved RGB uint8, one after the other. */
  pixels: Uint8Array;
  items: { name: string; artist: string; words?: string[] }[];
}

export interface PretrainVitOptions {
  images: NamedImages;
  /** Only its vision tower is used. */
  config: OvisConfig;
  /** Mean and standard deviation per channel, of values in [0, 1]. */
  mean: number[];
  std: number[];
  steps: number;
  /** Things per step; each gives two drawings. */
  things: number;
  learningRate: number;
  seed: number;
  onStep?: (progress: { step: number; steps: number; loss: number; seconds: number }) => void;
  signal?: AbortSignal;
}

const VIT = 'visual_tokenizer.backbone.';
/** Width of the space in which drawings and names are compared. */
const SHARED = 128;
/** Most words of a text that take part. */
const MAX_WORDS = 10;

/**
 * Trains the vision tower by contrast (InfoNCE, arXiv 1807.03748; image and text as in CLIP, arXiv 2103.00020): two
 * artists' drawings of one thing and its name in words are closer to each other than to the other things of the batch.
 * The image side is the mean of the patch tokens, the text side the mean of word vectors. Both the last and the
 * next-to-last block are trained so, because stage 1 of Ovis starts the last block anew.
 *
 * @returns the tower's tensors under the names of a Hugging Face CLIP vision model, as float32 arrays.
 */
export async function pretrainVit(o: PretrainVitOptions): Promise<Weights> {
  const { backbone } = o.config.visual;
  const things = groupThings(o.images);
  const words = vocabulary(o.images);
  const params: Params = {
    ...initParams(o.config, {
      seed: o.seed,
      only: (name) => name.startsWith(VIT) && !name.includes('post_layernorm'),
    }),
    'contrast.image': tf.randomNormal(
      [SHARED, backbone.hiddenSize],
      0,
      backbone.hiddenSize ** -0.5,
      'float32',
      o.seed,
    ),
    'contrast.words': tf.randomNormal([words.size + 1, SHARED], 0, 0.1, 'float32', o.seed + 1),
    'contrast.scale': tf.tensor1d([2.3, 2.3]),
  };
  const random = uniform(o.seed);
  const trained = await optimise({
    name: 'pretrain-vit',
    params,
    steps: o.steps,
    learningRate: o.learningRate,
    warmupRatio: 0.03,
    weightDecay: 0.05,
    onStep: o.onStep,
    signal: o.signal,
    batch: () => drawBatch(o, things, words, random),
    loss: (p, batch) => contrastLoss(o.config, p, batch),
  });
  const result = takeWeights(trained, VIT);
  // The tower's final norm is in every CLIP file; Ovis does not use it (spec 2.1).
  const width = backbone.hiddenSize;
  result['vision_model.post_layernorm.weight'] = { shape: [width], data: new Float32Array(width).fill(1) };
  result['vision_model.post_layernorm.bias'] = { shape: [width], data: new Float32Array(width) };
  return result;
}

type Batch = {
  /** `[2n, 3, S, S]`: n drawings, then n other drawings of the same things. */
  pixels: tf.Tensor4D;
  /** int32 `[n * MAX_WORDS]`, 0 = none. */
  words: tf.Tensor1D;
};

function contrastLoss(config: OvisConfig, params: Params, batch: Batch): tf.Scalar {
  const { backbone } = config.visual;
  const n = batch.pixels.shape[0] / 2;
  const hidden: tf.Tensor3D[] = [];
  const last = visionForward(backbone, new ParamScope(params, VIT), batch.pixels, {
    tap: (name, value) => {
      if (name === `vit.hidden_states.${backbone.layers - 1}`) hidden.push(value as tf.Tensor3D);
    },
  });
  const text = normalise(textVectors(params, batch.words, n));
  const [imageScale, textScale] = tf.unstack(tf.exp(params['contrast.scale'] as tf.Tensor1D)) as [
    tf.Scalar,
    tf.Scalar,
  ];
  const labels = tf.range(0, n, 1, 'int32') as tf.Tensor1D;
  const both = (scores: tf.Tensor2D) =>
    tf.add(
      tf.mean(sparseSoftmaxCrossEntropy(scores, labels)),
      tf.mean(sparseSoftmaxCrossEntropy(tf.transpose(scores), labels)),
    );
  const losses = [last, ...hidden].map((states) => {
    const tokens = states.shape[1];
    const patches = tf.slice(states, [0, 1, 0], [2 * n, tokens - 1, backbone.hiddenSize]);
    const pooled = tf.mean(patches, 1) as tf.Tensor2D;
    const image = normalise(
      tf.matMul(standardise(pooled), params['contrast.image'] as tf.Tensor2D, false, true),
    );
    const [one, other] = tf.split(image, 2, 0) as [tf.Tensor2D, tf.Tensor2D];
    const between = both(tf.mul(tf.matMul(one, other, false, true), imageScale));
    const named = [one, other].map((side) => both(tf.mul(tf.matMul(side, text, false, true), textScale)));
    return tf.add(between, tf.mul(tf.addN(named), 0.5));
  });
  return tf.div(tf.addN(losses), losses.length) as tf.Scalar;
}

function textVectors(params: Params, words: tf.Tensor1D, n: number): tf.Tensor2D {
  const present = tf.cast(tf.greater(words, 0), 'float32');
  const vectors = takeRows(params['contrast.words'] as tf.Tensor2D, words);
  const masked = tf.reshape(tf.mul(vectors, tf.expandDims(present, 1)), [n, MAX_WORDS, SHARED]);
  const count = tf.sum(tf.reshape(present, [n, MAX_WORDS]), 1, true);
  return tf.div(tf.sum(masked, 1), tf.maximum(count, 1));
}

function normalise(x: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(x, tf.rsqrt(tf.add(tf.sum(tf.square(x), 1, true), 1e-6)));
}

function standardise(x: tf.Tensor2D): tf.Tensor2D {
  const centred = tf.sub(x, tf.mean(x, 1, true));
  return tf.mul(centred, tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), 1e-5)));
}

/** Things drawn by at least two artists, as lists of indices. */
function groupThings(images: NamedImages): number[][] {
  const byName = new Map<string, number[]>();
  images.items.forEach(({ name }, index) => byName.set(name, [...(byName.get(name) ?? []), index]));
  return [...byName.values()].filter((drawings) => drawings.length > 1);
}

function wordsOf(item: NamedImages['items'][number]): string[] {
  return item.words ?? item.name.split(/\s+/);
}

function vocabulary(images: NamedImages): Map<string, number> {
  const words = [...new Set(images.items.flatMap(wordsOf))].sort();
  return new Map(words.map((word, index) => [word, index + 1]));
}

function drawBatch(
  o: PretrainVitOptions,
  things: number[][],
  words: Map<string, number>,
  random: () => number,
): Batch {
  const { size, pixels, items } = o.images;
  const n = Math.min(o.things, things.length);
  const plane = size * size;
  const values = new Float32Array(2 * n * 3 * plane);
  const ids = new Int32Array(n * MAX_WORDS);
  pickDistinct(things.length, n, random).forEach((thing, i) => {
    const drawings = things[thing] as number[];
    const pair = pickDistinct(drawings.length, 2, random).map((at) => drawings[at] as number);
    pair.forEach((drawing, side) => {
      const picture = pixels.subarray(drawing * plane * 3, (drawing + 1) * plane * 3);
      writeView(values, (side * n + i) * 3 * plane, picture, size, drawingViews, random);
    });
    wordsOf(items[pair[0] as number] as NamedImages['items'][number])
      .slice(0, MAX_WORDS)
      .forEach((word, at) => (ids[i * MAX_WORDS + at] = words.get(word) ?? 0));
  });
  for (let image = 0; image < 2 * n; image++) {
    for (let channel = 0; channel < 3; channel++) {
      const mean = o.mean[channel] as number;
      const scale = 1 / (o.std[channel] as number);
      const start = (image * 3 + channel) * plane;
      for (let at = start; at < start + plane; at++) values[at] = ((values[at] as number) - mean) * scale;
    }
  }
  return { pixels: tf.tensor4d(values, [2 * n, 3, size, size]), words: tf.tensor1d(ids, 'int32') };
}

/** `count` different whole numbers below `below`. */
function pickDistinct(below: number, count: number, random: () => number): number[] {
  const all = Array.from({ length: below }, (_, index) => index);
  for (let at = 0; at < count; at++) {
    const other = at + Math.floor(random() * (below - at));
    [all[at], all[other]] = [all[other] as number, all[at] as number];
  }
  return all.slice(0, count);
}

function uniform(seed: number): () => number {
  const stream = new RandomStream(seed, 'pretrain-vit');
  return () => stream.uniform();
}
