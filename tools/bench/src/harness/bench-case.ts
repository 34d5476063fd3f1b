/** How a case's raw samples become the number that is shown. */
export type Unit = 'ms' | 'us' | 'tokens/s' | 'images/s' | 'bytes' | 'loss' | 's/GB';

/** One benchmark: the same work done by us and by a peer, each in its own process. */
export interface BenchCase {
  name: string;
  /** Our worker: a TypeScript file, relative to tools/bench. */
  ours: string;
  /** The peer's worker: a Python file (run in PyTorch's environment) or a TypeScript file, relative to tools/bench. */
  peer: string;
  /** What the peer is, for the table. */
  peerName: string;
  unit: Unit;
  /** Measured turns of each variant when the command line does not say. */
  rounds: number;
  /** Sent to both workers with `setup`. */
  params?: Record<string, unknown>;
  /** Forms of the same work (`params.variant`); the fastest of each side counts. Default: one nameless form. */
  oursVariants?: string[];
  peerVariants?: string[];
  /**
   * `time` (default): iterations of a warm process; `memory`: the worker's own peak; `start-up`: a fresh process per round,
   * from its start to the answer of its first iteration.
   */
  kind?: 'time' | 'memory' | 'start-up';
  /** Which clock the headline number is; both are reported. Default wall. */
  clock?: 'wall' | 'cpu';
  /** Iterations of one turn. Default 1. */
  iterations?: number;
  /** Operations (us) or tokens (tokens/s) of one iteration. Default 1. */
  perIteration?: number;
  /** Iterations before measuring; each one's check is compared. Default 3. */
  warmup?: number;
  /** Largest difference of the two sides' checks; without it they are not compared. */
  tolerance?: number;
  /** Makes the peer ready and returns additions to its environment. @throws when there can be no peer on this machine. */
  preparePeer?: (log: (line: string) => void) => Promise<Record<string, string>>;
}

/** A worker started for one variant of one side. */
export interface Variant {
  side: 'ours' | 'peer';
  /** Empty for the nameless form. */
  name: string;
  argv: string[];
  env: Record<string, string>;
  setup: Record<string, unknown>;
}
