import type { BenchCase } from '../harness/bench-case.ts';

/*
 * The visual vocabulary look-up, softmax(layerNorm(x head^T)) table, forward and backward. Time and memory are measured on the
 * same form of ours, the one that users get: a fast form may not borrow the memory of a small one.
 *
 * Memory is the peak of the temporaries of one warm step: what is there besides the inputs and the gradients that both sides must
 * return. Ours is counted by TensorFlow's allocator, which keeps what it has freed, so that the resident memory tells nothing.
 * PyTorch's is the peak of the resident memory during the step, less the level before it, less the gradients: it gives large blocks back
 * to the system when it frees them.
 */
const FORM = 'auto';

function lookup(tokens: number, suffix: string): { time: BenchCase; memory: BenchCase } {
  const shared = {
    ours: 'src/workers/lookup.ts',
    peer: 'python/lookup.py',
    peerName: 'PyTorch',
    params: { tokens, words: 131072, width: 256 },
    oursVariants: [FORM],
    peerVariants: ['eager', 'compiled'],
    // Logarithms of the norms of the result and of all gradients, added up.
    tolerance: 1e-3,
  };
  return {
    time: { ...shared, name: `lookup${suffix}`, unit: 'ms', rounds: 11 },
    memory: {
      ...shared,
      name: `lookup${suffix}-memory`,
      unit: 'bytes',
      kind: 'memory',
      rounds: 3,
      warmup: 2,
    },
  };
}

export const { time: LOOKUP, memory: LOOKUP_MEMORY } = lookup(144, '');
export const { time: LOOKUP_576, memory: LOOKUP_576_MEMORY } = lookup(576, '-576');
