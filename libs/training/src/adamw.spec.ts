import { initEngine, tf } from '@ovis/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { fixture } from '../test/fixtures.ts';
import { adamwRates, adamwUpdate } from './adamw.ts';
import { TAIL, TAIL_SIZE } from './flat-layout.ts';

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
  ])('counted by $normalization', ({ normalization, slot }) => {
    const settings = {
      beta1: toy.betas[0],
      beta2: toy.betas[1],
      epsilon: toy.eps,
      weightDecay: toy.weight_decay,
      clipNorm: toy.max_grad_norm,
    };
    const size = toy.start.length;
    let weights = tf.tensor1d(toy.start);
    let first = tf.zeros<tf.Rank.R1>([size]);
    let second = tf.zeros<tf.Rank.R1>([size]);
    expect(toy.steps.length).toBeGreaterThan(2);
    toy.steps.forEach(({ grad, grad_norm, param }, step) => {
      // Sums over 7 tokens or micro-batches: the update divides.
      const tail = new Array<number>(TAIL_SIZE).fill(0);
      tail[slot] = 7;
      tail[TAIL.loss] = 21;
      const gradients = tf.tensor1d([...grad.map((g) => g * 7), ...tail]);
      const host = adamwRates(settings, toy.lr, step);
      const rates = {
        stepSize: tf.scalar(host.stepSize),
        secondCorrection: tf.scalar(host.secondCorrection),
        decay: tf.scalar(host.decay),
      };
      const decayed = toy.weight_decay > 0 ? tf.ones<tf.Rank.R1>([size]) : null;
      const next = adamwUpdate(
        { weights, first, second, gradients, decayed },
        rates,
        settings,
        normalization,
      );
      ({ weights, first, second } = next);
      const [loss, norm] = next.stats.arraySync();
      expect(loss).toBeCloseTo(3, 5);
      expect(Math.abs(norm! / grad_norm - 1)).toBeLessThan(1e-6);
      weights
        .arraySync()
        .forEach((w, i) => expect(Math.abs(w - param[i]!)).toBeLessThan(3e-7 * (1 + Math.abs(w))));
    });
  });
});
