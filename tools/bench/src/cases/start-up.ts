import type { BenchCase } from '../harness/bench-case.ts';

/** From the start of a process to the first loss of a tiny training step: ours compiled, PyTorch's eager. */
export const START_UP: BenchCase = {
  name: 'start-up',
  ours: 'src/workers/start-up.ts',
  peer: 'python/start_up.py',
  peerName: 'PyTorch',
  kind: 'start-up',
  unit: 'ms',
  rounds: 7,
  tolerance: 1e-5,
};
