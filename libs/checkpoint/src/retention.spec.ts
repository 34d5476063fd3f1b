import { describe, expect, it } from 'vitest';
import type { Manifest } from './manifest.ts';
import { keptBy } from './retention.ts';

const checkpoint = (stage: number, step: number, loss: number): Manifest => ({
  format: 'ovis-checkpoint',
  version: 2,
  id: `stage${stage}-step${step}`,
  createdAt: '',
  stage,
  step,
  totalSteps: 400,
  loss,
  metrics: { loss, other: -loss },
  bytes: 0,
  parts: {},
  files: {},
});
const all = [
  ...[100, 200, 300, 400].map((step) => checkpoint(1, step, step / 100)),
  ...[50, 100, 150, 200].map((step) => checkpoint(2, step, 10 - step / 100)),
];
const kept = (policy: Parameters<typeof keptBy>[2]) =>
  [...keptBy(all, 'stage2-step200', policy).keys()].sort();

describe('retention', () => {
  it('keeps everything when nothing is said', () => expect(kept({})).toHaveLength(8));

  it('always keeps the latest and the ends of stages', () => {
    expect(kept({ keepLast: 1 })).toEqual(['stage1-step400', 'stage2-step200']);
    expect(keptBy(all, 'stage2-step100', { keepLast: 1 }).get('stage2-step100')).toBe('latest');
  });

  it('keeps the last ones, every so many steps, and the best of each stage', () => {
    expect(kept({ keepLast: 3 })).toEqual([
      'stage1-step400',
      'stage2-step100',
      'stage2-step150',
      'stage2-step200',
    ]);
    expect(kept({ keepEvery: 200 })).toEqual(['stage1-step200', 'stage1-step400', 'stage2-step200']);
    expect(kept({ keepBest: 2 })).toEqual([
      'stage1-step100',
      'stage1-step200',
      'stage1-step400',
      'stage2-step150',
      'stage2-step200',
    ]);
    expect(kept({ keepBest: 1, metric: 'other' })).toEqual([
      'stage1-step400',
      'stage2-step200',
      'stage2-step50',
    ]);
    expect(kept({ keepBest: 1, metric: 'unknown' })).toEqual(['stage1-step400', 'stage2-step200']);
  });
});
