import type { BenchCase } from '../harness/bench-case.ts';
import { makeExchange } from '../models/ovis-files.ts';

/**
 * One training step of the demo's Ovis on one of its trainers: forward, backward, clipping, AdamW. PyTorch gets the same
 * weights and batch, in files; the losses of the first steps are compared, which tests the updates too.
 */
function ovisStage(stage: 1 | 2 | 3): BenchCase {
  const name = `ovis-stage${stage}`;
  return {
    name,
    ours: 'src/workers/ovis-stage.ts',
    peer: 'python/ovis.py',
    peerName: 'PyTorch',
    unit: 'ms',
    rounds: 15,
    iterations: 4,
    params: { case: name },
    peerVariants: ['eager', 'compile', 'compile-all'],
    // Losses are about 10.
    tolerance: 5e-3,
    preparePeer: () => makeExchange('ovis-write-stage.ts', name),
  };
}

export const OVIS_STAGE1 = ovisStage(1);
export const OVIS_STAGE2 = ovisStage(2);
export const OVIS_STAGE3 = ovisStage(3);
