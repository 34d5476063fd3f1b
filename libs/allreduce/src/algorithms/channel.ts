import type { Dtype, Numbers, ReduceOp } from '../kernels/reduce.ts';
import type { AlgorithmName } from '../wire/frame.ts';

/** What a rank knows of its place. */
export interface Membership {
  rank: number;
  world: number;
}

/** A message that is reduced: what comes and what is here become one, `incoming op own`, a sum times `factor`. */
export interface Reduction {
  op: ReduceOp;
  dtype: Dtype;
  /** 1, but for the last sum of a mean. */
  factor: number;
  own: Numbers;
  /** Where the result goes; default `own`. */
  into?: Numbers;
  /** Whether the result must be there in the end. Where not, it is only room for what cannot be passed on at once. Default true. */
  keep?: boolean;
  /** Passes the result on. */
  to?: number;
}

/**
 * What an algorithm does with the other ranks of a stage. Messages from one rank to another arrive in the order they are sent, and both
 * sides know their lengths. Receives are all asked for in the stage's `start`, before anything arrives: what comes is then put where it
 * belongs at once, so that no message waits in front of another (see engine.ts). `then` is called when a message is complete.
 */
export interface Channel extends Membership {
  /** `bytes` must not change until the peer has them, or the stage has ended. */
  send(to: number, bytes: Uint8Array): void;
  sendAll(to: readonly number[], bytes: Uint8Array): void;
  /** Receives a message, and passes it on to other ranks. */
  receive(from: number, target: Uint8Array, o?: { to?: readonly number[]; then?: () => void }): void;
  /** Receives a message, reduces it, and passes the result on. */
  reduce(from: number, reduction: Reduction): void;
}

/** A part of a collective that some ranks run together. */
export interface Stage {
  /** Ranks of the group, in the order that makes them the stage's ranks 0, 1, 2 ...; default all. Others skip the stage. */
  members?: readonly number[];
  /** Messages wait until their receiver has begun the stage. Where not, they are sent at once and may be kept by the receiver. */
  large: boolean;
  start(channel: Channel): void;
}

/** How a collective is done. The same on all ranks but for what `start` does. */
export interface Plan {
  algorithm: AlgorithmName;
  /** Chains run side by side; the stages of a chain one after the other. */
  chains: readonly (readonly Stage[])[];
  /** Takes what only one collective may have; false: try again when another has ended. */
  begin?(): boolean;
  /** Gives it back; also after a failure. */
  end?(): void;
}

/** A plan of one stage. */
export function single(algorithm: AlgorithmName, large: boolean, start: (channel: Channel) => void): Plan {
  return { algorithm, chains: [[{ large, start }]] };
}

/** Messages up to this size need not wait for their receiver: it keeps what is early. */
export const EAGER_BYTES = 64 * 1024;

/** Bytes of one step of a pipeline, what is reduced while the next is on its way: a quarter of what there is, but not too few and not too many. */
const CHUNK_BYTES = { least: 64 * 1024, most: 512 * 1024, multiple: 4_096 };

export function peers({ rank, world }: Membership): number[] {
  // Each rank begins with its right neighbour, so that not all of them talk to rank 0 first.
  return Array.from({ length: world - 1 }, (_, i) => (rank + 1 + i) % world);
}

/** Elements [begin, end) that a rank owns: as equal as possible, in rank order. */
export function segment(elements: number, { rank, world }: Membership): { begin: number; end: number } {
  const begin = Math.floor((elements * rank) / world);
  return { begin, end: Math.floor((elements * (rank + 1)) / world) };
}

/** A rank's segment of a buffer. */
export function segmentOf<T extends Numbers>(buffer: T, rank: number, world: number): T {
  const { begin, end } = segment(buffer.length, { rank, world });
  return buffer.subarray(begin, end) as T;
}

/**
 * A buffer in pieces, as many on every rank; one empty piece of an empty one, so that every message is seen and checked.
 * @param bytes of a piece; default by the buffer's size
 */
export function chunksOf<T extends Numbers | Uint8Array>(
  buffer: T,
  bytes = chunkBytes(buffer.byteLength),
): T[] {
  const step = bytes / buffer.BYTES_PER_ELEMENT;
  const chunks: T[] = [];
  for (let at = 0; at < buffer.length || at === 0; at += step)
    chunks.push(buffer.subarray(at, at + step) as T);
  return chunks;
}

function chunkBytes(bytes: number): number {
  const { least, most, multiple } = CHUNK_BYTES;
  const quarter = Math.ceil(bytes / 4 / multiple) * multiple;
  return Math.min(most, Math.max(least, quarter));
}
