import { checksum, type CollectiveName } from './frame.ts';
import { sumRange } from './kernel.ts';
import { frameBytes } from './peer-link.ts';

/**
 * One collective as seen by one rank: what it sends, where what it receives goes, and what it computes. Every rank sends
 * every peer one stream per phase, empty if need be; so no rank ends a collective before all others began it, and a rank
 * is never more than one collective ahead of another.
 */
export interface Exchange {
  readonly collective: CollectiveName;
  /** Checked to be equal on all ranks; 0 where ranks may differ (allGather). */
  readonly totalBytes: number;
  readonly root: number;
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

function peers({ rank, world }: Membership): number[] {
  // Each rank begins with its right neighbour, so that not all of them talk to rank 0 first.
  return Array.from({ length: world - 1 }, (_, i) => (rank + 1 + i) % world);
}

function sendStream(send: SendPart, to: number, phase: number, bytes: Uint8Array): void {
  const { byteLength } = bytes;
  if (byteLength === 0) send(to, phase, bytes, 0);
  for (let at = 0; at < byteLength; at += frameBytes) {
    send(to, phase, bytes.subarray(at, Math.min(at + frameBytes, byteLength)), byteLength);
  }
}

function bytesOf(a: Float32Array): Uint8Array {
  return new Uint8Array(a.buffer, a.byteOffset, a.byteLength);
}

function floatsOf(b: Uint8Array): Float32Array {
  return new Float32Array(b.buffer, b.byteOffset, b.byteLength / 4);
}

/** Elements [begin, end) that a rank owns: as equal as possible, in rank order. */
export function segment(elements: number, { rank, world }: Membership): { begin: number; end: number } {
  const begin = Math.floor((elements * rank) / world);
  return { begin, end: Math.floor((elements * (rank + 1)) / world) };
}

const noRoot = { root: 0 };
const nothing = new Uint8Array(0);

/** Large buffers: phase 0 brings every contribution to the owner of a segment, phase 1 brings the sums to everybody. */
export function largeAllReduce(
  buffer: Float32Array,
  me: Membership,
  staging: (Uint8Array | undefined)[],
): Exchange {
  const { rank, world } = me;
  const owned = (r: number) => {
    const { begin, end } = segment(buffer.length, { rank: r, world });
    return buffer.subarray(begin, end);
  };
  const mine = owned(rank);
  const contributions: Float32Array[] = Array.from({ length: world }, () => mine);
  const ready = new Array<number>(world).fill(0);
  ready[rank] = mine.length;
  let reduced = 0;
  let send: SendPart = () => {};

  /** mine[begin, end) = x0 + x1 + ... in rank order: the one order of summation that everybody sees. */
  const reduce = (begin: number, end: number) => {
    sumRange(mine, contributions, begin, end);
    const part = bytesOf(mine.subarray(begin, end));
    const crc = checksum(part);
    for (const to of peers(me)) send(to, 1, part, mine.byteLength, crc);
  };

  return {
    collective: 'allReduceSum',
    totalBytes: buffer.byteLength,
    ...noRoot,
    phases: 2,
    start(sendPart) {
      send = sendPart;
      for (const to of peers(me)) sendStream(send, to, 0, bytesOf(owned(to)));
      if (mine.length === 0) for (const to of peers(me)) send(to, 1, nothing, 0);
    },
    place(from, phase, streamBytes, early) {
      if (phase === 1) {
        // Safe to overwrite: the owner sends sums only after it received this rank's contribution in full.
        const target = bytesOf(owned(from));
        return target.byteLength === streamBytes ? target : undefined;
      }
      if (streamBytes !== mine.byteLength) return undefined;
      const target = early ?? stagingFor(staging, from, streamBytes);
      contributions[from] = floatsOf(target);
      return target;
    },
    arrived(from, phase, bytes) {
      if (phase === 1) return;
      ready[from] = bytes / 4;
      const end = Math.min(...ready);
      if (end === reduced) return;
      const begin = reduced;
      reduced = end;
      reduce(begin, end);
    },
  };
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

/** Small buffers: everybody sends everything to everybody and adds in rank order. */
export function smallAllReduce(buffer: Float32Array, me: Membership): Exchange {
  const { world } = me;
  // A copy goes out, so that the buffer can take the sum while a slow peer has not read it yet.
  const own = buffer.slice();
  const contributions: Float32Array[] = Array.from({ length: world }, () => own);
  let missing = world - 1;
  return {
    collective: 'allReduceSum',
    totalBytes: buffer.byteLength,
    ...noRoot,
    phases: 1,
    start(send) {
      for (const to of peers(me)) sendStream(send, to, 0, bytesOf(own));
    },
    place(from, _phase, streamBytes, early) {
      if (streamBytes !== buffer.byteLength) return undefined;
      const target = early ?? new Uint8Array(streamBytes);
      contributions[from] = floatsOf(target);
      return target;
    },
    arrived(_from, _phase, bytes) {
      if (bytes < buffer.byteLength) return;
      missing -= 1;
      if (missing > 0) return;
      sumRange(buffer, contributions, 0, buffer.length);
    },
  };
}

export function broadcast(bytes: Uint8Array, root: number, me: Membership): Exchange {
  return {
    collective: 'broadcast',
    totalBytes: bytes.byteLength,
    root,
    phases: 1,
    start(send) {
      for (const to of peers(me)) sendStream(send, to, 0, me.rank === root ? bytes : nothing);
    },
    place(from, _phase, streamBytes, early) {
      if (streamBytes !== (from === root ? bytes.byteLength : 0)) return undefined;
      if (from !== root) return nothing;
      if (early) bytes.set(early);
      return bytes;
    },
    arrived() {},
  };
}

/** Contributions may differ in length; `result[rank]` is a copy of this rank's own. */
export function allGather(bytes: Uint8Array, result: Uint8Array[], me: Membership): Exchange {
  result[me.rank] = bytes.slice();
  return {
    collective: 'allGather',
    totalBytes: 0,
    ...noRoot,
    phases: 1,
    start(send) {
      for (const to of peers(me)) sendStream(send, to, 0, bytes);
    },
    place(from, _phase, streamBytes, early) {
      const target = early ?? new Uint8Array(streamBytes);
      result[from] = target;
      return target;
    },
    arrived() {},
  };
}

export function barrier(me: Membership): Exchange {
  return {
    collective: 'barrier',
    totalBytes: 0,
    ...noRoot,
    phases: 1,
    start(send) {
      for (const to of peers(me)) send(to, 0, nothing, 0);
    },
    place: (_from, _phase, streamBytes) => (streamBytes === 0 ? nothing : undefined),
    arrived() {},
  };
}
