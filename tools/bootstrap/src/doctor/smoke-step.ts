import { compile, initEngine, sparseSoftmaxCrossEntropy, tf } from '@ovis/tensorflow';
import { smokeLosses, smokeProblem, type SmokeProblem } from './smoke-problem.ts';

/** One way of running the smoke step. */
export interface SmokeRun {
  mode: 'graph' | 'xla';
  ok: boolean;
  /** losses before the first and the second step */
  losses: number[];
  /** time of the first step: tracing, compiling, loading of libraries and kernels */
  firstMs: number;
  /** time of the second */
  stepMs: number;
  /** why it is not ok */
  error?: string;
}

export interface SmokeReport {
  /** where it ran, as TensorFlow names it, or "wasm" */
  device: string;
  /** computed in plain JavaScript */
  expected: number[];
  runs: SmokeRun[];
}

/**
 * Largest accepted difference of a loss. GPUs multiply fp32 matrices with 10 bits of mantissa (TF32) unless told otherwise; that
 * changes these losses by some 1e-4. A step that does nothing would miss the second loss by 0.47.
 */
export const SMOKE_TOLERANCE = 2e-3;

const STEPS = 2;

/**
 * Two compiled training steps (matrix product, softmax cross-entropy, gradient, update of a variable) on the engine's device,
 * compared with plain JavaScript. On a GPU also with XLA, which needs ptxas and libdevice.
 * A failing step is a result, not an error.
 */
export async function smokeStep(): Promise<SmokeReport> {
  const info = await initEngine();
  const device = info.devices.find((one) => one.type === 'GPU') ?? info.devices[0];
  const problem = smokeProblem();
  const expected = smokeLosses(problem, STEPS);
  const runs: SmokeRun[] = [];
  for (const mode of info.gpu ? (['graph', 'xla'] as const) : (['graph'] as const)) {
    runs.push(await runSteps(problem, mode, expected));
  }
  return { device: device?.name ?? info.backend, expected, runs };
}

async function runSteps(
  problem: SmokeProblem,
  mode: SmokeRun['mode'],
  expected: readonly number[],
): Promise<SmokeRun> {
  const { rows, inputs, classes, learningRate } = problem;
  const losses: number[] = [];
  const times: number[] = [];
  let error: string | undefined;
  const x = tf.tensor2d(problem.x, [rows, inputs]);
  const labels = tf.tensor1d(problem.labels, 'int32');
  const initial = tf.tensor2d(problem.weights, [inputs, classes]);
  const weights = tf.variable(initial);
  const step = compile(
    (batch: tf.Tensor2D, targets: tf.Tensor1D) => {
      const loss = () =>
        tf.mean(sparseSoftmaxCrossEntropy(tf.matMul(batch, weights as tf.Tensor2D), targets)) as tf.Scalar;
      const { value, grads } = tf.variableGrads(loss, [weights]);
      const gradient = grads[weights.name];
      if (gradient) weights.assign(tf.sub(weights, tf.mul(gradient, learningRate)));
      return value;
    },
    { name: 'smoke step', mode },
  );
  try {
    for (let index = 0; index < STEPS; index += 1) {
      const began = performance.now();
      const value = await step(x, labels);
      losses.push((await value.data())[0] ?? Number.NaN);
      times.push(performance.now() - began);
      value.dispose();
    }
  } catch (caught) {
    error = caught instanceof Error ? caught.message : String(caught);
  } finally {
    step.dispose();
    tf.dispose([x, labels, initial, weights]);
  }
  error ??= judgeLosses(losses, expected);
  return {
    mode,
    ok: error === undefined,
    losses,
    firstMs: times[0] ?? 0,
    stepMs: times[1] ?? 0,
    ...(error ? { error } : {}),
  };
}

/** What is wrong with the losses of a smoke step, undefined when nothing is. */
export function judgeLosses(losses: readonly number[], expected: readonly number[]): string | undefined {
  for (const [index, wanted] of expected.entries()) {
    const loss = losses[index];
    // Written so that NaN is refused.
    if (loss === undefined || !(Math.abs(loss - wanted) <= SMOKE_TOLERANCE)) {
      return `the loss of step ${index + 1} is ${loss}, ${wanted.toFixed(6)} is right`;
    }
  }
  return undefined;
}
