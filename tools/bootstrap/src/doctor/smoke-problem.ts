/**
 * The smoke step's task, small enough to compute in plain JavaScript: softmax regression of fixed numbers, two steps of
 * gradient descent. The second loss is right only when forward pass, gradient and update all are.
 */
export interface SmokeProblem {
  rows: number;
  inputs: number;
  classes: number;
  learningRate: number;
  /** [rows, inputs] */
  x: Float32Array;
  /** [inputs, classes] */
  weights: Float32Array;
  /** [rows] */
  labels: Int32Array;
}

/** The fixed problem: numbers between -1 and 1 from a linear congruential generator. */
export function smokeProblem(rows = 64, inputs = 32, classes = 8): SmokeProblem {
  let state = 1;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const fill = (length: number) => Float32Array.from({ length }, () => 2 * next() - 1);
  return {
    rows,
    inputs,
    classes,
    learningRate: 2,
    x: fill(rows * inputs),
    weights: fill(inputs * classes),
    labels: Int32Array.from({ length: rows }, () => Math.floor(next() * classes)),
  };
}

/** The losses before each of `steps` steps (mean cross-entropy), in double precision. */
export function smokeLosses(problem: SmokeProblem, steps: number): number[] {
  const { rows, inputs, classes, learningRate, x, labels } = problem;
  const weights = Float64Array.from(problem.weights);
  const losses: number[] = [];
  for (let step = 0; step < steps; step += 1) {
    const gradient = new Float64Array(weights.length);
    let loss = 0;
    for (let row = 0; row < rows; row += 1) {
      const scores = Array.from({ length: classes }, (_, k) => {
        let score = 0;
        for (let i = 0; i < inputs; i += 1) score += at(x, row * inputs + i) * at(weights, i * classes + k);
        return score;
      });
      const highest = Math.max(...scores);
      const sum = scores.reduce((total, score) => total + Math.exp(score - highest), 0);
      const label = at(labels, row);
      loss += (Math.log(sum) + highest - (scores[label] ?? Number.NaN)) / rows;
      for (const [k, score] of scores.entries()) {
        const error = (Math.exp(score - highest) / sum - (k === label ? 1 : 0)) / rows;
        for (let i = 0; i < inputs; i += 1) {
          gradient[i * classes + k] = at(gradient, i * classes + k) + error * at(x, row * inputs + i);
        }
      }
    }
    losses.push(loss);
    for (const [index, slope] of gradient.entries())
      weights[index] = at(weights, index) - learningRate * slope;
  }
  return losses;
}

function at(values: Float32Array | Float64Array | Int32Array, index: number): number {
  return values[index] ?? Number.NaN;
}
