import { parseRunConfig } from '@ovis/config';
import { expect, it } from 'vitest';
import { planLines } from './plan.ts';

const stage = (stage: number, more = '') =>
  `  - { stage: ${stage}, dataset: file:///tmp/a.tar, steps: 10, batchSize: 8${more} }`;

function exchange(gang: string, more: string[] = []): string[] {
  const text = `
name: tiny
storage: file:///tmp/runs
gang: ${gang}
model: { backbones: file:///tmp/backbones }
stages:
${[1, 2, 3].map((number, i) => stage(number, more[i])).join('\n')}`;
  return planLines('tiny-1', parseRunConfig(text)).filter((line) => line.startsWith('exchange'));
}

it('says what trainers exchange', () => {
  expect(exchange('{ trainers: 1 }')).toEqual([]);
  expect(exchange('{ trainers: 2 }')).toEqual([
    'exchange    gradients in every step, in buckets of 8 MB, not compressed',
  ]);
  expect(exchange('{ trainers: 2, shardOptimizer: true, gradientBucketMb: 25 }')).toEqual([
    'exchange    gradients in every step, in buckets of 25 MB, not compressed; each keeps its part of the optimizer',
  ]);
  const int8 = ', gradientCompression: int8';
  expect(exchange('{ trainers: 4, localSteps: 50, sites: 2 }', [int8, int8, int8])).toEqual([
    'exchange    2 sites of 2 trainers average their weights every 50 steps (as int8), outer rate 0.7, momentum 0.9',
  ]);
  expect(exchange('{ trainers: 2, localSteps: 20 }', ['', '', int8])).toEqual([
    'exchange    2 sites of 1 trainer average their weights every 20 steps (none in stage 1, none in stage 2, int8 in stage 3), outer rate 0.7, momentum 0.9',
  ]);
});
