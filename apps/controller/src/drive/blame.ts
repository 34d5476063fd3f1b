import type { Gang } from '@ovis/workflows';
import type { DriveFailure } from './drive-failure.ts';

/** Whom the next generation must do without. */
export interface Blamed {
  trainerId: string;
  /** How long it gets no new work, in ms; 0 when its process is gone. */
  restMs: number;
}

/** A trainer that did not move: it may only have been paused. */
const stalledRestMs = 5_000;
/** A trainer that its peers do not reach, though the controller does. */
const cutRestMs = 60_000;
/** A connection between two live trainers that broke so often is taken as cut. */
const cutsBelieved = 2;

/** What trainers say of each other: they have lost a peer. */
const accusations = new Set(['PEER_LOST', 'PEER_STALLED', 'CONNECT_FAILED']);
/** It refused to begin: it belongs to somebody else, or is a new process that knows nothing. */
const refusals = new Set(['BUSY', 'NOT_RESERVED', 'ALREADY_EXISTS', 'DRAINING']);

/** Connections between live trainers that broke, by gang: the same one breaking again is no accident. */
export class CutMemory {
  readonly #cuts = new Map<string, Map<string, number>>();

  add(gangId: string, a: string, b: string): number {
    const pairs = this.#cuts.get(gangId) ?? new Map<string, number>();
    this.#cuts.set(gangId, pairs);
    const pair = [a, b].sort().join(' ');
    const count = (pairs.get(pair) ?? 0) + 1;
    pairs.set(pair, count);
    return count;
  }

  forget(gangId: string): void {
    this.#cuts.delete(gangId);
  }
}

/**
 * Finds who is to blame when a gang has fallen apart. A trainer that said itself why it ended is alive: when its peers say it is lost,
 * the network between them is cut, and after the second time the gang goes on without one of the two.
 * @param spoke ranks that ended with a word of their own
 */
export function blame(
  gang: Gang,
  failures: readonly DriveFailure[],
  spoke: ReadonlySet<number>,
  cuts: CutMemory,
): Blamed[] {
  const blamed = new Map<string, number>();
  const give = (rank: number | undefined, restMs: number) => {
    const member = rank === undefined ? undefined : gang.trainers[rank];
    if (member !== undefined)
      blamed.set(member.trainerId, Math.max(restMs, blamed.get(member.trainerId) ?? 0));
  };
  const between: [number, number][] = [];
  for (const { cause } of failures) {
    const { code, rank, peerRank } = cause;
    if (code === 'TRAINER_LOST' || refusals.has(code)) give(rank, 0);
    else if (code === 'TRAINER_STALLED') give(rank, stalledRestMs);
    else if (accusations.has(code) && rank !== undefined && peerRank !== undefined) {
      if (spoke.has(peerRank)) between.push([rank, peerRank]);
      else give(peerRank, stalledRestMs);
    }
  }
  // One that ended for a reason of its own, or is lost, explains why its peers miss it.
  const explained = failures.some(
    ({ cause }) => !accusations.has(cause.code) && cause.code !== 'GROUP_ABORTED',
  );
  if (blamed.size === 0 && !explained) for (const rank of cutOff(gang, between, cuts)) give(rank, cutRestMs);
  return [...blamed].map(([trainerId, restMs]) => ({ trainerId, restMs }));
}

/** The rank that most of its peers miss; of two that miss each other, the later one. Nobody the first time. */
function cutOff(gang: Gang, between: [number, number][], cuts: CutMemory): number[] {
  const name = (rank: number) => gang.trainers[rank]?.trainerId ?? '';
  const accused = new Map<number, number>();
  const counted = new Set<string>();
  let believed = false;
  for (const [rank, peer] of between) {
    accused.set(peer, (accused.get(peer) ?? 0) + 1);
    const pair = [rank, peer].sort().join(' ');
    if (counted.has(pair)) continue;
    counted.add(pair);
    believed = cuts.add(gang.gangId, name(rank), name(peer)) >= cutsBelieved || believed;
  }
  if (!believed) return [];
  const [worst] = [...accused].sort(([a, x], [b, y]) => y - x || b - a);
  return worst === undefined ? [] : [worst[0]];
}
