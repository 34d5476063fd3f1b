import type { BenchCase } from '../harness/bench-case.ts';

/** Sizes of the buffer, and how many collectives one measured turn has. */
const SIZES: [label: string, bytes: number, calls: number][] = [
  ['1KB', 1_024, 300],
  ['16KB', 16_384, 200],
  ['64KB', 65_536, 100],
  ['1MB', 1 << 20, 30],
  ['16MB', 16 << 20, 3],
  ['100MB', 100_000_000, 1],
];

const PATHS = ['tcp', 'unix', 'shm', 'in-place'] as const;
const SHARED: readonly string[] = ['shm', 'in-place'];
/** Smaller buffers go over sockets whatever is shared. */
const DIRECT_BYTES = 32 * 1024;

/** Time of one allReduce (float32, sum) between processes of this machine, beside Gloo, which knows TCP alone. CPU is that of all ranks. */
function allReduce(path: (typeof PATHS)[number], world: number, size: (typeof SIZES)[number]): BenchCase {
  const [label, bytes, calls] = size;
  return {
    name: `${path}-${world}-${label}`,
    ours: 'src/workers/allreduce.ts',
    peer: 'python/gloo.py',
    peerName: 'Gloo (TCP)',
    unit: 'us',
    rounds: 15,
    perIteration: calls,
    warmup: 3,
    params: { world, bytes, calls },
    oursVariants: [path],
    // The sum of rank + 1 over the ranks.
    tolerance: 1e-6,
  };
}

export const ALLREDUCE = [2, 4].flatMap((world) =>
  PATHS.flatMap((path) =>
    SIZES.filter(([, bytes]) => !SHARED.includes(path) || bytes > DIRECT_BYTES).map((size) =>
      allReduce(path, world, size),
    ),
  ),
);
