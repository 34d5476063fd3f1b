import type { Params } from '@ovis/model';
import { compile, tf } from '@ovis/tensorflow';
import { learningRate } from '@ovis/training';

export interface OptimiseOptions<B extends Record<string, tf.Tensor>> {
  name: string;
  /** Starting weights; disposed when training has replaced them. */
  params: Params;
  /** Mean loss of a batch; compiled together with its gradient and AdamW. */
  loss: (params: Params, batch: B) => tf.Scalar;
  /** The batch of a step; its tensors are disposed after the step. */
  batch: (step: number) => B;
  steps: number;
  learningRate: number;
  warmupRatio: number;
  weightDecay: number;
  onStep?: (progress: { step: number; steps: number; loss: number; seconds: number }) => void;
  signal?: AbortSignal;
}

/** Trained tensors on the host, by name. */
export type Weights = Record<string, { shape: number[]; data: Float32Array }>;

/** Takes the tensors whose names begin with `prefix` (left out of the result) to the host, and disposes all. */
export function takeWeights(params: Params, prefix = ''): Weights {
  const weights: Weights = {};
  for (const [name, tensor] of Object.entries(params)) {
    if (name.startsWith(prefix))
      weights[name.slice(prefix.length)] = { shape: tensor.shape, data: new Float32Array(tensor.dataSync()) };
    tensor.dispose();
  }
  return weights;
}

const BETA1 = 0.9;
const BETA2 = 0.98;
const EPSILON = 1e-8;
const CLIP_NORM = 1;

type State = { params: Params; first: Params; second: Params };

/**
 * Trains all of `params` on one device with AdamW (decoupled decay on matrices, global-norm clipping at 1) and a cosine
 * schedule; forward, backward and update are one compiled function. While a step runs, the next batch is prepared.
 */
export async function optimise<B extends Record<string, tf.Tensor>>(o: OptimiseOptions<B>): Promise<Params> {
  const names = Object.keys(o.params);
  const step = compile(
    (state: State, batch: B, rates: tf.Tensor1D) =>
      adamwStep(names, o.loss, o.weightDecay, state, batch, rates),
    { name: o.name },
  );
  const zeros = () =>
    Object.fromEntries(names.map((name) => [name, tf.zerosLike(o.params[name] as tf.Tensor)]));
  let state: State = { params: o.params, first: zeros(), second: zeros() };
  const schedule = {
    kind: 'cosine' as const,
    baseLr: o.learningRate,
    warmupRatio: o.warmupRatio,
    totalSteps: o.steps,
  };
  const started = performance.now();
  let batch = o.batch(0);
  for (let index = 0; index < o.steps; index++) {
    o.signal?.throwIfAborted();
    const lr = learningRate(schedule, index);
    const t = index + 1;
    const rates = tf.tensor1d([lr / (1 - BETA1 ** t), Math.sqrt(1 - BETA2 ** t), lr]);
    const running = step(state, batch, rates);
    const next = index + 1 < o.steps ? o.batch(index + 1) : undefined;
    const { loss, ...moved } = await running;
    tf.dispose([state, batch, rates]);
    state = moved;
    if (next) batch = next;
    const value = loss.dataSync()[0] as number;
    loss.dispose();
    if (!Number.isFinite(value))
      throw new Error(`${o.name}: the loss is ${value} at step ${t}; lower the learning rate`);
    o.onStep?.({ step: t, steps: o.steps, loss: value, seconds: (performance.now() - started) / 1000 });
  }
  tf.dispose([state.first, state.second]);
  step.dispose();
  return state.params;
}

function adamwStep<B>(
  names: string[],
  lossOf: (params: Params, batch: B) => tf.Scalar,
  weightDecay: number,
  state: State,
  batch: B,
  rates: tf.Tensor1D,
): State & { loss: tf.Scalar } {
  const leaves = names.map((name) => state.params[name] as tf.Tensor);
  const { value, grads } = tf.valueAndGrads((...xs: tf.Tensor[]) =>
    lossOf(Object.fromEntries(names.map((name, i) => [name, xs[i] as tf.Tensor])), batch),
  )(leaves);
  const norm = tf.sqrt(tf.addN(grads.map((g) => tf.sum(tf.square(g)))));
  const clip = tf.minimum(tf.div(CLIP_NORM, tf.add(norm, 1e-6)), 1);
  const [stepSize, correction, lr] = tf.unstack(rates) as [tf.Scalar, tf.Scalar, tf.Scalar];
  const moved: State = { params: {}, first: {}, second: {} };
  names.forEach((name, i) => {
    const w = leaves[i] as tf.Tensor;
    const g = tf.mul(grads[i] as tf.Tensor, clip);
    const m = tf.add(tf.mul(state.first[name] as tf.Tensor, BETA1), tf.mul(g, 1 - BETA1));
    const v = tf.add(tf.mul(state.second[name] as tf.Tensor, BETA2), tf.mul(tf.square(g), 1 - BETA2));
    const root = tf.add(tf.div(tf.sqrt(v), correction), EPSILON);
    const decay = w.rank > 1 && weightDecay > 0 ? tf.sub(1, tf.mul(lr, weightDecay)) : tf.scalar(1);
    moved.params[name] = tf.sub(tf.mul(w, decay), tf.mul(tf.div(m, root), stepSize));
    moved.first[name] = m;
    moved.second[name] = v;
  });
  return { ...moved, loss: value };
}
