import { beforeAll, describe, expect, it } from 'vitest';
import { initEngine } from '../engine/init-engine.ts';
import { compile } from '../compile/compile.ts';
import { tf } from '../tf.ts';
import { geluTanh, geluTanhTimes, softcap } from './activation.ts';
import { attend, windowBias } from './attention.ts';
import { ropeValues } from './rope.ts';

beforeAll(() => initEngine());

/** The same function composed of TF.js's own operations, whose gradients TF.js knows. */
const composedGelu = (x: tf.Tensor) =>
  tf.mul(
    tf.mul(x, 0.5),
    tf.add(tf.tanh(tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, tf.pow(x, 3))))), 1),
  );
const composedCap = (x: tf.Tensor) => tf.mul(tf.tanh(tf.div(x, 3)), 3);
const composedAttention = (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) =>
  tf.matMul(tf.softmax(tf.add(composedCap(tf.matMul(q, k, false, true)), windowBias(5, 2)), -1), v);

type Fn = (...x: tf.Tensor[]) => tf.Tensor;
const CASES: [string, number[][], Fn, Fn][] = [
  ['geluTanh', [[3, 7]], (x) => geluTanh(x as tf.Tensor2D), composedGelu as Fn],
  [
    'geluTanhTimes',
    [
      [3, 7],
      [3, 7],
    ],
    (g, u) => geluTanhTimes(g as tf.Tensor2D, u as tf.Tensor2D),
    ((g: tf.Tensor, u: tf.Tensor) => tf.mul(composedGelu(g), u)) as Fn,
  ],
  ['softcap', [[3, 7]], ((x: tf.Tensor) => softcap(x, 3)) as Fn, composedCap as Fn],
  [
    'attend with a cap and a window',
    [
      [2, 1, 5, 4],
      [2, 1, 5, 4],
      [2, 1, 5, 4],
    ],
    (q, k, v) => attend(q as tf.Tensor4D, k as tf.Tensor4D, v as tf.Tensor4D, windowBias(5, 2), 3),
    composedAttention as Fn,
  ],
];

describe.each(CASES)('%s', (_, shapes, ours, composed) => {
  it.each(['eagerly', 'compiled'])(
    'has the value and the gradients of the composed operations %s',
    async (how) => {
      const inputs = shapes.map((shape, i) => tf.randomNormal(shape, 0, 2, 'float32', i + 1));
      const dy = tf.randomNormal(composed(...inputs).shape, 0, 1, 'float32', 9);
      const run = (fn: Fn) => (x: tf.Tensor[]) => [fn(...x), ...tf.grads(fn)(x, dy)];
      const expected = run(composed)(inputs);
      const actual = await (how === 'compiled' ? compile(run(ours)) : run(ours))(inputs);
      actual.forEach((t, i) => {
        const difference = tf.max(tf.abs(tf.sub(t, expected[i]!))).dataSync()[0];
        expect(difference).toBeLessThan(2e-5);
      });
    },
  );
});

it('a window of w leaves w positions', () => {
  const seen = windowBias(4, 2)
    .arraySync()
    .map((row) => row.map((v) => (v === 0 ? 1 : 0)));
  expect(seen).toEqual([
    [1, 1, 1, 1],
    [1, 1, 1, 1],
    [0, 1, 1, 1],
    [0, 0, 1, 1],
  ]);
});

describe("Llama 3's rotary scaling", () => {
  const scaling = { factor: 8, lowFreqFactor: 1, highFreqFactor: 4, originalMaxPositions: 128 };
  /** The frequencies, read off the angle at position 1. */
  const frequencies = (s?: typeof scaling) => {
    const { cos, sin } = ropeValues(2, 16, 1e4, s);
    return Array.from({ length: 8 }, (_, i) => Math.atan2(sin[16 + 8 + i]!, cos[16 + i]!));
  };

  it('leaves fast ones, divides slow ones and passes between', () => {
    const plain = frequencies();
    const scaled = frequencies(scaling);
    const kinds = new Set<string>();
    plain.forEach((frequency, i) => {
      const turns = (128 * frequency) / (2 * Math.PI);
      const ratio = scaled[i]! / frequency;
      kinds.add(turns > 4 ? 'fast' : turns < 1 ? 'slow' : 'between');
      if (turns > 4) expect(ratio).toBeCloseTo(1, 5);
      else if (turns < 1) expect(ratio).toBeCloseTo(1 / 8, 5);
      else expect(ratio).toBeCloseTo((turns - 1) / 3 + (1 - (turns - 1) / 3) / 8, 5);
    });
    expect(kinds.size).toBe(3);
  });
});
