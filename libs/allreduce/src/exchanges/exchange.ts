import type { CollectiveName } from '../frame.ts';
import type { Dtype, ReduceOp } from '../kernels/reduce.ts';
import { frameBytes } from '../peer-link.ts';

/** What a rank calls; checked to be the same on all ranks. */
export interface Call {
  readonly collective: CollectiveName;
  /** 0 where ranks may differ (allGatherBytes). */
  readonly totalBytes: number;
  /** Of a broadcast; else 0. */
  readonly root: number;
  /** Of numbers; undefined for bytes. */
  readonly dtype?: Dtype;
  /** Of a reduction. */
  readonly op?: ReduceOp;
  /** Names the call, so that ranks cannot mix two up that look alike. */
  readonly tag?: string;
}

/**
 * One collective as seen by one rank: what it sends, where what it receives goes, and what it computes. Every rank sends
 * every peer one stream per phase, empty if need be; so no rank ends a collective before all others began it, and a rank
 * is never more than one collective ahead of another.
 */
export interface Exchange extends Call {
  /** Streams that each peer sends. */
  readonly phases: 1 | 2;
  start(send: SendPart): void;
  /**
   * Memory for a stream, asked once per stream. `early` holds what came before this rank began the collective.
   * @returns undefined when a stream of this length cannot be right
   */
  place(from: number, phase: number, streamBytes: number, early?: Uint8Array): Uint8Array | undefined;
  /** The first `bytes` of the stream are there and verified. */
  arrived(from: number, phase: number, bytes: number): void;
}

/** Sends the next part of a stream of `streamBytes`. The part must not change until the collective ends. */
export type SendPart = (
  to: number,
  phase: number,
  part: Uint8Array,
  streamBytes: number,
  crc?: number,
) => void;

export interface Membership {
  rank: number;
  world: number;
}

/** Up to this many bytes every rank sends all it has to all: one step in place of two. */
export const directBytes = 32 * 1024;

export function peers({ rank, world }: Membership): number[] {
  // Each rank begins with its right neighbour, so that not all of them talk to rank 0 first.
  return Array.from({ length: world - 1 }, (_, i) => (rank + 1 + i) % world);
}

export function sendStream(send: SendPart, to: number, phase: number, bytes: Uint8Array): void {
  const { byteLength } = bytes;
  if (byteLength === 0) send(to, phase, bytes, 0);
  for (let at = 0; at < byteLength; at += frameBytes) {
    send(to, phase, bytes.subarray(at, Math.min(at + frameBytes, byteLength)), byteLength);
  }
}

/** Elements [begin, end) that a rank owns: as equal as possible, in rank order. */
export function segment(elements: number, { rank, world }: Membership): { begin: number; end: number } {
  const begin = Math.floor((elements * rank) / world);
  return { begin, end: Math.floor((elements * (rank + 1)) / world) };
}

/** Received contributions of large buffers live in memory that is kept: fresh memory is slow. */
export function stagingFor(staging: (Uint8Array | undefined)[], from: number, bytes: number): Uint8Array {
  let memory = staging[from];
  if (memory === undefined || memory.byteLength < bytes) {
    memory = new Uint8Array(bytes);
    staging[from] = memory;
  }
  return memory.subarray(0, bytes);
}
