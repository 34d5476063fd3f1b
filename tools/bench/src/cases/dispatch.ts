import type { BenchCase } from '../harness/bench-case.ts';
import { tfjsAddon } from '../peers/tfjs-addon.ts';

const count = 20_000;

/** CPU time of an eager operation that computes next to nothing. */
export const DISPATCH: BenchCase = {
  name: 'dispatch',
  ours: 'src/workers/dispatch.ts',
  peer: 'src/workers/dispatch-tfjs-node.ts',
  peerName: 'tfjs-node addon',
  preparePeer: tfjsAddon,
  unit: 'us',
  clock: 'cpu',
  rounds: 11,
  perIteration: count,
  params: { count },
  tolerance: 0,
};
