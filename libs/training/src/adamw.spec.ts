import { compile, initEngine, tf } from '@ovis/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { fixture } from '../test/fixtures.ts';
import { adamwRates, adamwUpdate, squaresOf, stepFacts } from './adamw.ts';
import type { AdamWRates, AdamWSettings } from './adamw.ts';
import { ALIGNMENT, flatLayout, TAIL } from './flat-layout.ts';
import { flatState } from './flat-state.ts';
import type { BucketState } from './flat-state.ts';

const { adamw_toy_fp64: toys } = fixture<{
  adamw_toy_fp64: {
    lr: number;
    betas: [number, number];
    eps: number;
    weight_decay: number;
    max_grad_norm: number;
    start: number[];
    steps: { grad: number[]; grad_norm: number; param: number[] }[];
  }[];
}>('schedule.json');

describe.each(toys)("torch's toy problem with decay $weight_decay", (toy) => {
  beforeAll(async () => {
    await initEngine();
  });

  it.each([
    { normalization: 'tokens' as const, slot: TAIL.tokens },
    { normalization: 'microbatch' as const, slot: TAIL.microBatches },
  ])('counted by $normalization', async ({ normalization, slot }) => {
    const settings = {
      beta1: toy.betas[0],
      beta2: toy.betas[1],
      epsilon: toy.eps,
      weightDecay: toy.weight_decay,
      clipNorm: toy.max_grad_norm,
    };
    const { update, state } = toyUpdate(toy.start, settings, normalization);
    expect(toy.steps.length).toBeGreaterThan(2);
    for (const [step, { grad, grad_norm, param }] of toy.steps.entries()) {
      const gradients = sumOf7(grad, slot, 21);
      const stats = await update(gradients, adamwRates(settings, toy.lr, step));
      const [loss, norm] = stats.arraySync();
      expect(loss).toBeCloseTo(3, 5);
      expect(Math.abs(norm! / grad_norm - 1)).toBeLessThan(1e-6);
      const weights = state.weights.arraySync().slice(0, param.length);
      weights.forEach((w, i) => expect(Math.abs(w - param[i]!)).toBeLessThan(3e-7 * (1 + Math.abs(w))));
    }
  });
});

it.each([
  { what: 'a NaN in the gradient', gradient: [0.5, NaN], loss: 1 },
  { what: 'an infinite gradient', gradient: [0.5, -Infinity], loss: 1 },
  { what: 'a NaN loss', gradient: [0.5, 0.5], loss: NaN },
])('leaves weights and moments alone at $what', async ({ gradient, loss }) => {
  await initEngine();
  const settings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1, clipNorm: 1 };
  const { update, state } = toyUpdate([1, -2], settings, 'tokens');
  const values = () => Object.values(state).map((v: tf.Variable) => v.dataSync());
  const run = (g: number[], l: number, step: number) =>
    update(sumOf7(g, TAIL.tokens, l), adamwRates(settings, 0.1, step));
  await run([3, 4], 1, 0);
  const before = values();
  expect(before[0]![0]).not.toBe(1);
  const stats = (await run(gradient, loss, 1)).arraySync();
  expect(Number.isFinite(stats[0]! + stats[1]!)).toBe(false);
  expect(values()).toEqual(before);
  await run([3, 4], 1, 1);
  expect(values()).not.toEqual(before);
});

/** One compiled update of a few weights that all decay. */
function toyUpdate(start: number[], settings: AdamWSettings, lossNormalization: 'tokens' | 'microbatch') {
  const layout = flatLayout(new Map([['w', 0.1]]), { w: { shape: [start.length] } });
  const [state] = flatState(layout, { w: tf.tensor1d(start) }) as [BucketState];
  const update = compile((gradients: tf.Tensor1D, rates: AdamWRates) => {
    const decayed = settings.weightDecay > 0 ? tf.ones<tf.Rank.R2>([layout.size / ALIGNMENT, 1]) : null;
    const gradient = tf.slice1d(gradients, 0, layout.size);
    const tail = tf.slice1d(gradients, layout.size, ALIGNMENT);
    const facts = stepFacts(
      tail,
      squaresOf(layout, [gradient]),
      {
        ...settings,
        lossNormalization,
        accumulation: 1,
      },
      rates,
    );
    adamwUpdate([state], [{ gradient, rates, decayed }], facts, settings);
    return facts.stats;
  });
  return { update, state };
}

/** Sums over 7 tokens or micro-batches, as the update gets them: it divides. */
function sumOf7(gradient: number[], slot: number, loss: number): tf.Tensor1D {
  const { size } = flatLayout(new Map([['w', 0.1]]), { w: { shape: [gradient.length] } });
  const flat = new Float32Array(size + ALIGNMENT);
  flat.set(gradient.map((g) => g * 7));
  flat[size + slot] = 7;
  flat[size + TAIL.loss] = loss;
  return tf.tensor1d(flat);
}
