import type { BenchCase } from '../harness/bench-case.ts';
import { INSTRUCTIONS, instructionLengths } from '../models/instruction-lengths.ts';

/** Rows of a picture in the demo's model: 36 patches and two indicators. */
const PICTURE_ROWS = 38;

const lengths = instructionLengths(PICTURE_ROWS).flat();
const tokens = lengths.reduce((sum, length) => sum + length + PICTURE_ROWS, 0);

/**
 * Whole optimizer steps of the demo's stage 3 on samples with the lengths of instruction data: tokens per second, pictures' rows included,
 * padding not. The peer is our own step on padded batches; both learn the same, so the losses must agree.
 */
function against(name: string, form: string): BenchCase {
  return {
    name,
    ours: 'src/workers/packing.ts',
    peer: 'src/workers/packing.ts',
    peerName: `ours, ${INSTRUCTIONS.microBatches} micro-batches of ${INSTRUCTIONS.samples / INSTRUCTIONS.microBatches},`,
    unit: 'tokens/s',
    rounds: 9,
    perIteration: tokens,
    oursVariants: [form],
    peerVariants: ['padded'],
    tolerance: 5e-3,
  };
}

export const PACKING = against('packing', 'packed');
export const BUCKETING = against('packing-bucketed', 'bucketed');
