import type { BenchCase } from '../harness/bench-case.ts';

/**
 * A step of the demo with a look at its visual tokens in front of it, and the same step without. A run looks every 50 steps (monitor.every), so it
 * pays a fiftieth of the difference. Looks change nothing: the losses must be the same.
 */
function monitored(stage: 1 | 2 | 3): BenchCase {
  return {
    name: `monitor-stage${stage}`,
    ours: 'src/workers/monitors.ts',
    peer: 'src/workers/monitors.ts',
    peerName: 'ours',
    unit: 'ms',
    rounds: 15,
    iterations: 4,
    params: { case: `ovis-stage${stage}` },
    oursVariants: ['look in every step'],
    peerVariants: ['without'],
    tolerance: 1e-6,
  };
}

export const MONITOR_STAGE1 = monitored(1);
export const MONITOR_STAGE3 = monitored(3);
