import type { RopeTables } from '@ovis/tensorflow';
import {
  applyAdam,
  attend,
  causalBias,
  compile,
  joinHeads,
  linear,
  rmsNorm,
  ropeTables,
  rotate,
  siluTimes,
  sparseSoftmaxCrossEntropy,
  splitHeads,
  takeRows,
  tf,
} from '@ovis/tensorflow';
import { values } from './values.ts';

/** Sizes of the decoder; python/decoder.py builds the same one. */
export interface DecoderConfig {
  width: number;
  layers: number;
  heads: number;
  intermediate: number;
  vocabulary: number;
  batch: number;
  time: number;
}

/** AdamW as in torch (decoupled decay on every weight). */
export interface AdamWConfig {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
}

const EPS = 1e-6;
const THETA = 10_000;

/** Weight shapes in the order in which they are drawn: `[out, in]`; fused q, k, v and fused gate, up. */
export function weightShapes(config: DecoderConfig): [name: string, shape: number[]][] {
  const { width, intermediate, vocabulary } = config;
  const layers = Array.from({ length: config.layers }, (_, i): [string, number[]][] => [
    [`${i}.attentionNorm`, [width]],
    [`${i}.qkv`, [3 * width, width]],
    [`${i}.output`, [width, width]],
    [`${i}.mlpNorm`, [width]],
    [`${i}.gateUp`, [2 * intermediate, width]],
    [`${i}.down`, [width, intermediate]],
  ]);
  return [
    ['embedding', [vocabulary, width]],
    ...layers.flat(),
    ['norm', [width]],
    ['head', [vocabulary, width]],
  ];
}

/** Matrices from the deterministic generator, each with its own seed; norms start at 1. */
export function initialWeights(config: DecoderConfig): Map<string, tf.Variable> {
  const limit = 0.02 * Math.sqrt(3); // uniform in (-limit, limit): standard deviation 0.02
  return new Map(
    weightShapes(config).map(([name, shape], index) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const start = shape.length === 1 ? tf.ones(shape) : tf.tensor(values(size, index + 1, limit), shape);
      return [name, tf.variable(start, true, name)];
    }),
  );
}

/**
 * Mean cross-entropy of the next token.
 * @param tokens `[batch*time]` int32
 * @param labels `[batch*time]` int32
 */
export function decoderLoss(
  config: DecoderConfig,
  weight: (name: string) => tf.Tensor,
  tokens: tf.Tensor1D,
  labels: tf.Tensor1D,
): tf.Scalar {
  const { width, heads, time } = config;
  const rope = ropeTables(time, width / heads, THETA);
  const bias = causalBias(time);
  let x = takeRows(weight('embedding'), tokens) as tf.Tensor2D;
  for (let i = 0; i < config.layers; i++) {
    const normal = rmsNorm(x, weight(`${i}.attentionNorm`), EPS);
    const mixed = attention(config, linear(normal, weight(`${i}.qkv`)), rope, bias);
    x = tf.add(x, linear(mixed, weight(`${i}.output`)));
    const inner = rmsNorm(x, weight(`${i}.mlpNorm`), EPS);
    // Halves of a weight's rows are views, halves of the product's columns would be copies.
    const [gate, up] = tf.split(weight(`${i}.gateUp`), 2, 0) as [tf.Tensor, tf.Tensor];
    x = tf.add(x, linear(siluTimes(linear(inner, gate), linear(inner, up)), weight(`${i}.down`)));
  }
  const logits = linear(rmsNorm(x, weight('norm'), EPS), weight('head'));
  return tf.mean(sparseSoftmaxCrossEntropy(logits, labels));
}

function attention(
  config: DecoderConfig,
  qkv: tf.Tensor2D,
  rope: RopeTables,
  bias: tf.Tensor2D,
): tf.Tensor2D {
  const { width, heads, batch, time } = config;
  const headDim = width / heads;
  const all = splitHeads(qkv, 3 * heads, batch, time);
  const [qk, v] = tf.split(all, [2 * heads, heads], 0) as [tf.Tensor4D, tf.Tensor4D];
  const [q, k] = tf.split(rotate(qk, rope), 2, 0) as [tf.Tensor4D, tf.Tensor4D];
  return joinHeads(attend(tf.mul(q, 1 / Math.sqrt(headDim)), k, v, bias), heads);
}

/** A compiled training step: forward, backward, AdamW over all weights; resolves to the loss before the update. */
export function decoderStep(config: DecoderConfig, optimizer: AdamWConfig) {
  const weights = initialWeights(config);
  const variables = [...weights.values()];
  const zeros = () => variables.map((v) => tf.variable(tf.zeros(v.shape)));
  const [first, second] = [zeros(), zeros()];
  const { learningRate, beta1, beta2, epsilon, weightDecay } = optimizer;
  let steps = 0;

  const step = compile(
    (tokens: tf.Tensor1D, labels: tf.Tensor1D, alpha: tf.Scalar, epsilonHat: tf.Scalar) => {
      const weight = (name: string) => weights.get(name) as tf.Tensor;
      const { value, grads } = tf.variableGrads(() => decoderLoss(config, weight, tokens, labels), variables);
      variables.forEach((w, i) => {
        w.assign(tf.mul(w, 1 - learningRate * weightDecay));
        const gradient = grads[w.name]!;
        applyAdam(w, first[i]!, second[i]!, { alpha, beta1, beta2, epsilon: epsilonHat, gradient });
      });
      return value;
    },
    { name: 'decoder step' },
  );

  return async (tokens: tf.Tensor1D, labels: tf.Tensor1D): Promise<tf.Scalar> => {
    steps++;
    // The bias corrections, for the order of Adam's section 2.
    const root = Math.sqrt(1 - beta2 ** steps);
    const alpha = tf.scalar((learningRate * root) / (1 - beta1 ** steps));
    const epsilonHat = tf.scalar(epsilon * root);
    const loss = step(tokens, labels, alpha, epsilonHat);
    tf.dispose([alpha, epsilonHat]);
    return (await loss) as tf.Scalar;
  };
}
