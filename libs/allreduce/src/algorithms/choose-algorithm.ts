import type { Dtype } from '../kernels/reduce.ts';
import type { AlgorithmName, CollectiveName } from '../wire/frame.ts';

/** What a choice depends on: all of it is the same on every rank. */
export interface Situation {
  collective: CollectiveName;
  bytes: number;
  world: number;
  dtype?: Dtype;
  /** Machine of each rank. */
  hosts: readonly string[];
  /** The buffer can be reduced in shared memory. */
  shared: boolean;
  /** What the caller asks for. */
  wanted?: AlgorithmName;
}

export interface Choice {
  algorithm: AlgorithmName;
  reason: string;
}

/** Up to this many bytes one step is faster than two, though every rank sends more. */
export const DIRECT_BYTES = 32 * 1024;
/** From here on a rank's links to all others cost more than the steps they save. */
const MESH_WORLD = 8;

/** From here on bytes between machines matter more than steps. */
const HIERARCHICAL_BYTES = 256 * 1024;

/** What each collective can be done by. */
const POSSIBLE: Partial<Record<CollectiveName, readonly AlgorithmName[]>> = {
  allReduce: ['direct', 'mesh', 'ring', 'doubling', 'hierarchical', 'shared'],
  reduceScatter: ['mesh', 'ring'],
  allGather: ['mesh', 'ring'],
};

/** Chooses how a collective is done, and says why. */
export function chooseAlgorithm(s: Situation): Choice {
  const { collective, bytes, world, dtype, wanted } = s;
  const half = dtype === 'f16' || dtype === 'bf16';
  if (wanted !== undefined && POSSIBLE[collective]?.includes(wanted) && (wanted !== 'shared' || s.shared))
    return { algorithm: wanted, reason: 'asked for' };
  if (collective !== 'allReduce') {
    const name = collective === 'reduceScatter' || collective === 'allGather';
    if (!name) return { algorithm: 'none', reason: 'one way only' };
    if (world === 2 && !half) return { algorithm: 'ring', reason: 'two ranks: reduced where it arrives' };
    return world <= MESH_WORLD || half
      ? { algorithm: 'mesh', reason: `up to ${MESH_WORLD} ranks, or 16-bit floats: one step` }
      : { algorithm: 'ring', reason: `more than ${MESH_WORLD} ranks: one neighbour each` };
  }
  if (bytes <= DIRECT_BYTES) {
    if (world <= MESH_WORLD || half)
      return { algorithm: 'direct', reason: `up to ${DIRECT_BYTES} bytes and ${MESH_WORLD} ranks: one step` };
    return { algorithm: 'doubling', reason: `few bytes, more than ${MESH_WORLD} ranks: log2 steps` };
  }
  if (s.shared) return { algorithm: 'shared', reason: 'all ranks share memory' };
  if (half) return { algorithm: 'mesh', reason: '16-bit floats are rounded once, by their owner' };
  if (world === 2) return { algorithm: 'ring', reason: 'two ranks: reduced where it arrives' };
  const machines = new Set(s.hosts).size;
  if (machines > 1 && machines < world && bytes > HIERARCHICAL_BYTES)
    return {
      algorithm: 'hierarchical',
      reason: `${world} ranks on ${machines} machines: less goes between them`,
    };
  return world <= MESH_WORLD
    ? { algorithm: 'mesh', reason: `up to ${MESH_WORLD} ranks: two steps` }
    : { algorithm: 'ring', reason: `more than ${MESH_WORLD} ranks: one neighbour each` };
}
