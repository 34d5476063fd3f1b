import { bytesOf, numbersOf, type TypedNumbers } from '../buffers.ts';
import { checksum } from '../frame.ts';
import { itemBytes, reduceRange, type Numbers, type ReduceOp } from '../kernels/reduce.ts';
import {
  peers,
  segment,
  sendStream,
  stagingFor,
  type Exchange,
  type Membership,
  type SendPart,
} from './exchange.ts';

export interface Reduction {
  op: ReduceOp;
  tag?: string;
}

const nothing = new Uint8Array(0);

/**
 * Large buffers: phase 0 brings every contribution to the owner of a segment, which reduces them in rank order as they come; phase 1 brings the
 * results to everybody. With `output`, the owner's result goes there, the buffer stays as it is, and there is no phase 1 (reduceScatter).
 */
export function segmentReduce(
  { dtype, numbers: buffer }: TypedNumbers,
  { op, tag }: Reduction,
  me: Membership,
  staging: (Uint8Array | undefined)[],
  output?: Numbers,
): Exchange {
  const { rank, world } = me;
  const item = itemBytes[dtype];
  const owned = (r: number) => {
    const { begin, end } = segment(buffer.length, { rank: r, world });
    return buffer.subarray(begin, end) as Numbers;
  };
  const mine = owned(rank);
  const result = output ?? mine;
  const contributions: Numbers[] = Array.from({ length: world }, () => mine);
  const ready = new Array<number>(world).fill(0);
  ready[rank] = mine.length;
  let reduced = 0;
  let send: SendPart = () => {};

  /** result[begin, end) = x0, x1, ... in rank order: the one order of reduction that everybody sees. */
  const reduce = (begin: number, end: number) => {
    reduceRange(op, dtype, result, contributions, begin, end);
    if (output) return;
    const part = bytesOf(mine.subarray(begin, end) as Numbers);
    const crc = checksum(part);
    for (const to of peers(me)) send(to, 1, part, mine.byteLength, crc);
  };

  return {
    collective: output ? 'reduceScatter' : 'allReduce',
    totalBytes: buffer.byteLength,
    root: 0,
    dtype,
    op,
    tag,
    phases: output ? 1 : 2,
    start(sendPart) {
      send = sendPart;
      for (const to of peers(me)) sendStream(send, to, 0, bytesOf(owned(to)));
      if (mine.length === 0 && !output) for (const to of peers(me)) send(to, 1, nothing, 0);
    },
    place(from, phase, streamBytes, early) {
      if (phase === 1) {
        // Safe to overwrite: the owner sends results only after it received this rank's contribution in full.
        const target = bytesOf(owned(from));
        return target.byteLength === streamBytes ? target : undefined;
      }
      if (streamBytes !== mine.byteLength) return undefined;
      const target = early ?? stagingFor(staging, from, streamBytes);
      contributions[from] = numbersOf(target, dtype);
      return target;
    },
    arrived(from, phase, bytes) {
      if (phase === 1) return;
      ready[from] = Math.floor(bytes / item);
      const end = Math.min(...ready);
      if (end === reduced) return;
      const begin = reduced;
      reduced = end;
      reduce(begin, end);
    },
  };
}

/** Small buffers: everybody sends everything to everybody and reduces in rank order. */
export function directReduce(
  { dtype, numbers: buffer }: TypedNumbers,
  { op, tag }: Reduction,
  me: Membership,
): Exchange {
  const { world } = me;
  // A copy goes out, so that the buffer can take the result while a slow peer has not read it yet.
  const own = buffer.slice() as Numbers;
  const contributions: Numbers[] = Array.from({ length: world }, () => own);
  let missing = world - 1;
  return {
    collective: 'allReduce',
    totalBytes: buffer.byteLength,
    root: 0,
    dtype,
    op,
    tag,
    phases: 1,
    start(send) {
      for (const to of peers(me)) sendStream(send, to, 0, bytesOf(own));
    },
    place(from, _phase, streamBytes, early) {
      if (streamBytes !== buffer.byteLength) return undefined;
      const target = early ?? new Uint8Array(streamBytes);
      contributions[from] = numbersOf(target, dtype);
      return target;
    },
    arrived(_from, _phase, bytes) {
      if (bytes < buffer.byteLength) return;
      missing -= 1;
      if (missing > 0) return;
      reduceRange(op, dtype, buffer, contributions, 0, buffer.length);
    },
  };
}
