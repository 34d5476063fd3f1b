import type { BenchCase } from '../harness/bench-case.ts';
import { makeExchange } from '../models/ovis-files.ts';

/**
 * Greedy answers of 64 tokens to prompts with a picture, prefill included; new tokens per second. Both sides must find the
 * same ids.
 */
function generate(name: string, batch: number, iterations: number): BenchCase {
  return {
    name,
    ours: 'src/workers/generate.ts',
    peer: 'python/generate.py',
    peerName: 'PyTorch',
    unit: 'tokens/s',
    rounds: 12,
    iterations,
    perIteration: 64 * batch,
    params: { batch },
    peerVariants: ['eager', 'compile', 'compile-cpp'],
    tolerance: 0,
    preparePeer: () => makeExchange('ovis-write-generate.ts', `ovis-${name}`, String(batch)),
  };
}

export const GENERATE_1 = generate('generate-1', 1, 2);
export const GENERATE = generate('generate', 8, 2);
