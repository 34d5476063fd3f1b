import type { StageEvent } from '@ovis/protocol';
import type { Gang } from '@ovis/workflows';
import { expect, it } from 'vitest';
import { defaultDriveTimes } from './drive-times.ts';
import { GangProgress } from './gang-progress.ts';
import { PhaseLimits } from './phase-limits.ts';

const gang: Gang = {
  gangId: 'g',
  generation: 1,
  trainers: [0, 1].map((rank) => ({
    trainerId: `t-${rank}`,
    rank,
    grpcAddress: `h:${rank}`,
    collectiveAddress: `h:${rank}`,
  })),
};

function warning(signature: string, over = false): StageEvent {
  const inner = { signature, message: 'much too much', remedy: 'less', step: 50, since: 20, over };
  return { stage: 1, generation: 1, rank: 0, atMs: 0, event: 'warning', warning: inner };
}

it('says what goes wrong in the training until it is over, as rank 0 tells it', () => {
  const limits = new PhaseLimits(defaultDriveTimes.silence);
  const progress = new GangProgress(gang, { totalSteps: 100, step: 0, limits });
  expect(progress.heartbeat()).not.toHaveProperty('warnings');
  expect(progress.apply(0, warning('saturation'))).toBe(true);
  expect(progress.apply(1, warning('saturation'))).toBe(false);
  progress.apply(0, warning('collapse'));
  expect(progress.heartbeat().warnings).toEqual(['saturation: much too much', 'collapse: much too much']);
  progress.apply(0, warning('saturation', true));
  progress.apply(0, warning('collapse', true));
  // The run's own answer is told that there are none any more.
  expect(progress.heartbeat().warnings).toEqual([]);
});
