import { describe, expect, it } from 'vitest';
import { smokeLosses, smokeProblem } from './smoke-problem.ts';

describe('the smoke problem in plain JavaScript', () => {
  it('begins at ln(classes) with weights of zero', () => {
    const problem = smokeProblem(10, 4, 8);
    problem.weights.fill(0);
    expect(smokeLosses(problem, 1)[0]).toBeCloseTo(Math.log(8), 12);
  });

  it('descends as its gradient says', () => {
    // One step of a small rate changes the loss by rate times the squared gradient, here from finite differences.
    const rate = 1e-5;
    const problem = { ...smokeProblem(12, 5, 3), learningRate: rate };
    const loss = (weights: Float32Array) => smokeLosses({ ...problem, weights }, 1)[0] ?? Number.NaN;
    let squared = 0;
    for (const index of problem.weights.keys()) {
      const [up, down] = [1, -1].map((sign) => {
        const moved = problem.weights.slice();
        moved[index] = (moved[index] ?? 0) + sign / 256;
        return loss(moved);
      });
      squared += (((up ?? 0) - (down ?? 0)) * 128) ** 2;
    }
    const [first = 0, second = 0] = smokeLosses(problem, 2);
    expect((first - second) / rate / squared).toBeCloseTo(1, 3);
  });

  it('is the same each time', () => {
    expect(smokeLosses(smokeProblem(), 3)).toEqual(smokeLosses(smokeProblem(), 3));
    expect(smokeProblem().labels.every((label) => label >= 0 && label < 8)).toBe(true);
  });
});
