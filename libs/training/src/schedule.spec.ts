import { describe, expect, it } from 'vitest';
import { fixture } from '../test/fixtures.ts';
import { annealedTau, learningRate, warmupSteps } from './schedule.ts';
import type { Schedule } from './schedule.ts';

const golden = fixture<{
  schedules: {
    kind: string;
    total_steps: number;
    warmup_ratio: number;
    warmup_steps: number;
    base_lr: number;
    lr_used_at_step: number[];
  }[];
  tau: { step: number; max_step: number; tau: number }[];
}>('schedule.json');

describe('learningRate', () => {
  it.each(golden.schedules)('$kind over $total_steps steps', (row) => {
    const schedule: Schedule = {
      kind: row.kind === 'constant_with_warmup' ? 'constant' : (row.kind as Schedule['kind']),
      baseLr: row.base_lr,
      warmupRatio: row.warmup_ratio,
      totalSteps: row.total_steps,
    };
    expect(warmupSteps(schedule)).toBe(row.warmup_steps);
    expect(row.lr_used_at_step).toHaveLength(row.total_steps);
    row.lr_used_at_step.forEach((lr, step) => {
      expect(Math.abs(learningRate(schedule, step) - lr)).toBeLessThan(1e-15);
    });
  });

  it('starts at the full rate without warm-up', () => {
    const schedule: Schedule = { kind: 'cosine', baseLr: 1e-3, warmupRatio: 0, totalSteps: 10 };
    expect(learningRate(schedule, 0)).toBe(1e-3);
  });

  it('refuses steps that do not exist', () => {
    const schedule: Schedule = { kind: 'linear', baseLr: 1, warmupRatio: 0, totalSteps: 0 };
    expect(() => learningRate(schedule, 0)).toThrow(expect.objectContaining({ code: 'BAD_SETTINGS' }));
  });
});

it.each(golden.tau)('annealedTau at $step of $max_step', ({ step, max_step, tau }) => {
  expect(annealedTau(step, max_step)).toBeCloseTo(tau, 12);
});
