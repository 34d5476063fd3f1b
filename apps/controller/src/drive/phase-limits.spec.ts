import { expect, it } from 'vitest';
import { StagePhase } from '@ovis/protocol';
import { defaultDriveTimes } from './drive-times.ts';
import { PhaseLimits } from './phase-limits.ts';

const fresh = () => new PhaseLimits(defaultDriveTimes.silence);

it('keeps the fixed limit until enough was measured', () => {
  const limits = fresh();
  for (let i = 0; i < 3; i++) limits.measured(StagePhase.TRAINING, 100);
  expect(limits.of(StagePhase.TRAINING)).toBe(600_000);
  limits.measured(StagePhase.TRAINING, 100);
  expect(limits.of(StagePhase.TRAINING)).toBe(20_000);
});

it('follows slow steps, is not moved by one outlier, and never passes the fixed limit', () => {
  const limits = fresh();
  for (let i = 0; i < 63; i++) limits.measured(StagePhase.TRAINING, 4_000 + i);
  limits.measured(StagePhase.TRAINING, 500_000);
  expect(limits.of(StagePhase.TRAINING)).toBeGreaterThan(40_000);
  expect(limits.of(StagePhase.TRAINING)).toBeLessThan(41_000);
  for (let i = 0; i < 64; i++) limits.measured(StagePhase.TRAINING, 300_000);
  expect(limits.of(StagePhase.TRAINING)).toBe(600_000);
});

it('learns from one checkpoint how long the next may take', () => {
  const limits = fresh();
  expect(limits.of(StagePhase.CHECKPOINTING)).toBe(1_200_000);
  limits.measured(StagePhase.CHECKPOINTING, 9_000);
  expect(limits.of(StagePhase.CHECKPOINTING)).toBe(90_000);
});
