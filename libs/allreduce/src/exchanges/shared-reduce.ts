import { numbersOf, type TypedNumbers } from '../buffers.ts';
import { itemBytes, reduceRange, type Numbers } from '../kernels/reduce.ts';
import type { SharedArena } from '../shared/arena.ts';
import { peers, segment, type Exchange, type Membership, type SendPart } from './exchange.ts';
import type { Reduction } from './reduce.ts';

/** What stands in the header's root: a rank that takes another path is told so. */
export const SHARED_PATH = 0xffff_fffe;
/** Bytes that are reduced and handed on while they are in the cache. */
const BLOCK_BYTES = 128 * 1024;
/** Bytes of an offset. */
const OFFSET_BYTES = 8;

const nothing = new Uint8Array(0);

/**
 * allReduce of ranks that share memory. Phase 0 says where a rank's buffer lies in its memory, and so that it is ready; then the owner
 * of each segment reads it from all ranks, reduces it in rank order and writes the result to all. Phase 1 says that a rank's segment is
 * written. A buffer that lies elsewhere is copied in before and out behind.
 */
export function sharedReduce(
  { dtype, numbers: buffer }: TypedNumbers,
  { op, tag }: Reduction,
  me: Membership,
  arena: SharedArena,
): Exchange {
  const { rank, world } = me;
  const inPlace = arena.placeOf(buffer);
  const offset = inPlace ?? arena.stagingPlace;
  const length = buffer.length;
  const offsets = new Array<number>(world).fill(-1);
  offsets[rank] = offset;
  const told: (Uint8Array | undefined)[] = [];
  let waiting = world - 1;
  let writing = world;
  let send: SendPart = () => {};

  const bufferOf = (r: number): Numbers => {
    const bytes = new Uint8Array(arena.memoryOf(r), offsets[r], length * itemBytes[dtype]);
    return numbersOf(bytes, dtype);
  };

  /** This rank's segment, block by block: every result goes to all ranks while it is warm. */
  const reduceOwn = () => {
    const { begin, end } = segment(length, me);
    const all = Array.from({ length: world }, (_, r) => bufferOf(r));
    const mine = all[rank] as Numbers;
    const block = BLOCK_BYTES / itemBytes[dtype];
    for (let from = begin; from < end; from += block) {
      const to = Math.min(from + block, end);
      reduceRange(op, dtype, mine, all, from, to);
      const result = mine.subarray(from, to);
      for (const peer of peers(me)) (all[peer] as Numbers).set(result, from);
    }
    for (const to of peers(me)) send(to, 1, nothing, 0);
    written();
  };

  const written = () => {
    writing -= 1;
    if (writing === 0 && inPlace === undefined) buffer.set(bufferOf(rank));
  };

  return {
    collective: 'allReduce',
    totalBytes: buffer.byteLength,
    root: SHARED_PATH,
    dtype,
    op,
    tag,
    phases: 2,
    start(sendPart) {
      send = sendPart;
      if (inPlace === undefined) bufferOf(rank).set(buffer);
      const place = new Uint8Array(new Float64Array([offset]).buffer);
      for (const to of peers(me)) send(to, 0, place, OFFSET_BYTES);
    },
    place(from, phase, streamBytes, early) {
      if (streamBytes !== (phase === 0 ? OFFSET_BYTES : 0)) return undefined;
      return phase === 0 ? (told[from] = early ?? new Uint8Array(OFFSET_BYTES)) : nothing;
    },
    arrived(from, phase, bytes) {
      if (phase === 1) return written();
      if (bytes < OFFSET_BYTES) return;
      const place = told[from] as Uint8Array;
      offsets[from] = new DataView(place.buffer, place.byteOffset).getFloat64(0, true);
      waiting -= 1;
      if (waiting === 0) reduceOwn();
    },
  };
}
