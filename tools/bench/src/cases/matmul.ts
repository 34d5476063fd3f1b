import type { BenchCase } from '../harness/bench-case.ts';

/** One product of two square fp32 matrices. */
function matmul(size: number, iterations: number): BenchCase {
  return {
    name: `matmul-${size}`,
    ours: 'src/workers/matmul.ts',
    peer: 'python/matmul.py',
    peerName: 'PyTorch',
    unit: 'ms',
    rounds: 15,
    iterations,
    params: { size },
    oursVariants: ['eager', 'compiled'],
    // The sum of the product's first row.
    tolerance: 1e-2,
  };
}

export const MATMUL_1024 = matmul(1024, 5);
export const MATMUL_2048 = matmul(2048, 2);
