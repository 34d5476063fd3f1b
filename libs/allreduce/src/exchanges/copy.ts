import { bytesOf, type TypedNumbers } from '../buffers.ts';
import type { Numbers } from '../kernels/reduce.ts';
import { peers, segment, sendStream, type Exchange, type Membership } from './exchange.ts';

const nothing = new Uint8Array(0);

/** The root's bytes in every rank's buffer. */
export function broadcast(bytes: Uint8Array, root: number, me: Membership, tag?: string): Exchange {
  return {
    collective: 'broadcast',
    totalBytes: bytes.byteLength,
    root,
    tag,
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

/** Every rank's segment in its place of `output`. */
export function allGather(
  input: Numbers,
  { dtype, numbers: output }: TypedNumbers,
  me: Membership,
  tag?: string,
): Exchange {
  const part = (rank: number) => {
    const { begin, end } = segment(output.length, { rank, world: me.world });
    return bytesOf(output.subarray(begin, end) as Numbers);
  };
  const own = bytesOf(input);
  return {
    collective: 'allGather',
    totalBytes: output.byteLength,
    root: 0,
    dtype,
    tag,
    phases: 1,
    start(send) {
      const target = part(me.rank);
      if (target.byteOffset !== own.byteOffset || target.buffer !== own.buffer) target.set(own);
      for (const to of peers(me)) sendStream(send, to, 0, own);
    },
    place(from, _phase, streamBytes, early) {
      const target = part(from);
      if (target.byteLength !== streamBytes) return undefined;
      if (early) target.set(early);
      return target;
    },
    arrived() {},
  };
}

/** Contributions may differ in length; `result[rank]` is a copy of this rank's own. */
export function allGatherBytes(
  bytes: Uint8Array,
  result: Uint8Array[],
  me: Membership,
  tag?: string,
): Exchange {
  result[me.rank] = bytes.slice();
  return {
    collective: 'allGatherBytes',
    totalBytes: 0,
    root: 0,
    tag,
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

export function barrier(me: Membership, tag?: string): Exchange {
  return {
    collective: 'barrier',
    totalBytes: 0,
    root: 0,
    tag,
    phases: 1,
    start(send) {
      for (const to of peers(me)) send(to, 0, nothing, 0);
    },
    place: (_from, _phase, streamBytes) => (streamBytes === 0 ? nothing : undefined),
    arrived() {},
  };
}
