import type { BenchCase } from '../harness/bench-case.ts';

/** Sizes of the buffer, how many collectives one measured turn has, and how many turns warm up. */
const SIZES: [label: string, bytes: number, calls: number, warmup: number][] = [
  ['1KB', 1_024, 300, 4],
  ['16KB', 16_384, 200, 4],
  ['64KB', 65_536, 100, 4],
  ['1MB', 1 << 20, 30, 4],
  ['16MB', 16 << 20, 3, 15],
  ['100MB', 100_000_000, 1, 10],
];

/** Data paths; `shm-staged` copies buffers in and out, `shm-inplace` has them in shared memory. */
const PATHS = ['tcp', 'unix', 'shm-staged', 'shm-inplace'] as const;
type Path = (typeof PATHS)[number] | 'grpc';
const SHARED: readonly string[] = ['shm-staged', 'shm-inplace'];
/** Smaller buffers go over sockets whatever is shared. */
const DIRECT_BYTES = 32 * 1024;

/** Time of one allReduce (float32, sum) between processes of this machine, beside Gloo, which knows TCP alone. CPU is that of all ranks. */
function allReduce(path: Path, world: number, size: (typeof SIZES)[number]): BenchCase {
  const [label, bytes, calls, warmup] = size;
  return {
    name: `${path}-${world}-${label}`,
    ours: 'src/workers/allreduce.ts',
    peer: 'python/gloo.py',
    peerName: 'Gloo (TCP)',
    unit: 'us',
    rounds: 15,
    perIteration: calls,
    warmup,
    params: { world, bytes, calls },
    oursVariants: [path],
    // The sum of rank + 1 over the ranks.
    tolerance: 1e-6,
  };
}

export const ALLREDUCE = [
  ...[2, 4].flatMap((world) =>
    PATHS.flatMap((path) =>
      SIZES.filter(([, bytes]) => !SHARED.includes(path) || bytes > DIRECT_BYTES).map((size) =>
        allReduce(path, world, size),
      ),
    ),
  ),
  // For those who have no other way; not what one would choose.
  ...SIZES.slice(0, -1).map((size) => allReduce('grpc', 2, size)),
];

/** Gloo waits this long for what never comes. Its default is half an hour. */
const GLOO_TIMEOUT_MS = 5_000;

/**
 * Time from the call that cannot end to an error that says so, on the rank that is timed, of three over TCP: a rank that calls something else, and
 * one that is killed. Where Gloo ends such a call without an error it has no number.
 */
export const FAILURES = ['size', 'dtype', 'tag', 'operation', 'killed'].map((failure): BenchCase => ({
  name: failure === 'killed' ? 'named-killed-rank-3' : `named-other-${failure}-3`,
  ours: 'src/workers/allreduce-failure.ts',
  peer: 'python/gloo_failure.py',
  peerName: 'Gloo (TCP)',
  unit: 'ms',
  rounds: 3,
  warmup: 1,
  params: { failure, world: 3, timeoutMs: GLOO_TIMEOUT_MS },
}));
