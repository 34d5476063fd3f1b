import type { RopeTables } from '@ovis/tensorflow';
import {
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
  const { width, heads, intermediate, time } = config;
  const rope = ropeTables(time, width / heads, THETA);
  const bias = causalBias(time);
  const rows = tokens.shape[0];
  let x = takeRows(weight('embedding'), tokens) as tf.Tensor2D;
  for (let i = 0; i < config.layers; i++) {
    const normal = rmsNorm(x, weight(`${i}.attentionNorm`), EPS);
    const mixed = attention(config, linear(normal, weight(`${i}.qkv`)), rope, bias);
    x = tf.add(x, linear(mixed, weight(`${i}.output`)));
    const gateUp = linear(rmsNorm(x, weight(`${i}.mlpNorm`), EPS), weight(`${i}.gateUp`));
    const gate = tf.slice2d(gateUp, [0, 0], [rows, intermediate]);
    const up = tf.slice2d(gateUp, [0, intermediate], [rows, intermediate]);
    x = tf.add(x, linear(siluTimes(gate, up), weight(`${i}.down`)));
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
  const part = (index: number) => tf.slice4d(all, [index * heads, 0, 0, 0], [heads, batch, time, headDim]);
  const q = tf.mul<tf.Tensor4D>(rotate(part(0), rope), 1 / Math.sqrt(headDim));
  return joinHeads(attend(q, rotate(part(1), rope), part(2), bias), heads);
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
    (tokens: tf.Tensor1D, labels: tf.Tensor1D, stepSize: tf.Scalar, secondCorrection: tf.Scalar) => {
      const weight = (name: string) => weights.get(name) as tf.Tensor;
      const { value, grads } = tf.variableGrads(() => decoderLoss(config, weight, tokens, labels), variables);
      variables.forEach((w, i) => {
        const g = grads[w.name]!;
        const m = tf.add(tf.mul(first[i]!, beta1), tf.mul(g, 1 - beta1));
        const v = tf.add(tf.mul(second[i]!, beta2), tf.mul(tf.square(g), 1 - beta2));
        const root = tf.add(tf.div(tf.sqrt(v), secondCorrection), epsilon);
        w.assign(tf.sub(tf.mul(w, 1 - learningRate * weightDecay), tf.mul(tf.div(m, root), stepSize)));
        first[i]!.assign(m);
        second[i]!.assign(v);
      });
      return value;
    },
    { name: 'decoder step' },
  );

  return async (tokens: tf.Tensor1D, labels: tf.Tensor1D): Promise<tf.Scalar> => {
    steps++;
    const stepSize = tf.scalar(learningRate / (1 - beta1 ** steps));
    const secondCorrection = tf.scalar(Math.sqrt(1 - beta2 ** steps));
    const loss = step(tokens, labels, stepSize, secondCorrection);
    tf.dispose([stepSize, secondCorrection]);
    return (await loss) as tf.Scalar;
  };
}
