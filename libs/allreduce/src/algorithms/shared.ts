import { numbersOf, type TypedNumbers } from '../buffers.ts';
import { factorOf, itemBytes, reduceRange, type Dtype, type ReduceOp } from '../kernels/reduce.ts';
import { space } from '../kernels/space.ts';
import type { Lane, SharedArena } from '../shared/arena.ts';
import { peers, segment, type Channel, type Plan, type Stage } from './channel.ts';

/** Bytes that are copied in, reduced and copied out while they are in the cache. */
const PIECE_BYTES = 1024 * 1024;
/** Bytes that are reduced and handed on at once. */
const BLOCK_BYTES = 128 * 1024;

const nothing = new Uint8Array(0);

/** Where a rank's buffer lies, or the room its copies go through, from the beginning of its memory. */
interface Place {
  at: number;
  staged: boolean;
}

interface Work {
  typed: TypedNumbers;
  op: ReduceOp;
  arena: SharedArena;
  places: Place[];
}

/**
 * allReduce of ranks that share memory. First each tells the others where its buffer lies. Then the owner of each segment reads it from all
 * ranks, reduces it in rank order, writes the result to all, and tells them that it has.
 *
 * A buffer that lies elsewhere goes through the rank's staging memory, piece by piece: a piece is copied in and announced, reduced by the
 * owners of its segments, and copied out when all of them have written; then the next takes its room. So copies stay in the cache.
 */
export function shared(typed: TypedNumbers, op: ReduceOp, arena: SharedArena): Plan {
  const inPlace = arena.placeOf(typed.numbers);
  let lane: Lane | undefined;
  const work: Work = { typed, op, arena, places: [] };
  const announce: Stage = {
    large: false,
    start(channel) {
      const place =
        inPlace === undefined ? { at: (lane as Lane).at, staged: true } : { at: inPlace, staged: false };
      work.places[channel.rank] = place;
      for (const peer of peers(channel)) {
        const message = new Float64Array(2);
        channel.receive(peer, new Uint8Array(message.buffer), {
          then: () => (work.places[peer] = { at: message[0] as number, staged: message[1] === 1 }),
        });
      }
      const own = new Uint8Array(Float64Array.of(place.at, place.staged ? 1 : 0).buffer);
      channel.sendAll(peers(channel), own);
    },
  };
  const exchange: Stage = {
    large: false,
    start(channel) {
      if (work.places.some(({ staged }) => staged)) inPieces(channel, work, lane?.bytes ?? arena.laneBytes);
      else whole(channel, work);
    },
  };
  return {
    algorithm: 'shared',
    chains: [[announce, exchange]],
    begin: () => {
      if (inPlace === undefined) lane = arena.takeLane();
      return inPlace !== undefined || lane !== undefined;
    },
    end: () => {
      if (lane) arena.giveLane(lane);
      lane = undefined;
    },
  };
}

/** All buffers are in shared memory: one piece, and nothing to copy. */
function whole(channel: Channel, work: Work): void {
  const { typed, places, arena } = work;
  const all = peers(channel);
  for (const peer of all) channel.receive(peer, nothing);
  const addresses = places.map(({ at }, rank) => arena.beginOf(rank) + at);
  reduceSegment(channel, work, addresses, typed.numbers.length);
  channel.sendAll(all, nothing);
}

/** Some ranks copy their pieces in and out. */
function inPieces(channel: Channel, work: Work, laneBytes: number): void {
  const { rank, world } = channel;
  const { typed, arena, places } = work;
  const { dtype, numbers } = typed;
  const all = peers(channel);
  const own = places[rank] as Place;
  const item = itemBytes[dtype];
  const pieceBytes = Math.min(PIECE_BYTES, Math.floor(laneBytes / item / 16) * item * 16);
  const rooms = Math.floor(laneBytes / pieceBytes);
  const pieces = Math.ceil(numbers.byteLength / pieceBytes);
  const length = pieceBytes / item;
  const elements = (piece: number) => Math.min(length, numbers.length - piece * length);
  const addressOf = (r: number, piece: number) => {
    const { at, staged } = places[r] as Place;
    return arena.beginOf(r) + at + (staged ? piece % rooms : piece) * pieceBytes;
  };
  const ownView = (piece: number) => {
    const bytes = new Uint8Array(space().buffer, addressOf(rank, piece), elements(piece) * item);
    return numbersOf(bytes, dtype);
  };
  /** By piece: ranks that have not brought theirs, or not written their results. */
  const missing = Array.from({ length: pieces }, () => places.filter(({ staged }) => staged).length);
  const writing = Array.from({ length: pieces }, () => world);

  const here = (piece: number) => {
    missing[piece] = (missing[piece] as number) - 1;
    if (missing[piece] === 0) reduce(piece);
  };
  const bring = (piece: number) => {
    if (piece >= pieces) return;
    const from = piece * length;
    ownView(piece).set(numbers.subarray(from, from + elements(piece)));
    tell(HERE, piece);
    here(piece);
  };
  const reduce = (piece: number) => {
    const addresses = places.map((_, r) => addressOf(r, piece));
    reduceSegment(channel, work, addresses, elements(piece));
    tell(WRITTEN, piece);
    written(piece);
  };
  const written = (piece: number) => {
    writing[piece] = (writing[piece] as number) - 1;
    if (writing[piece] !== 0 || !own.staged) return;
    numbers.set(ownView(piece), piece * length);
    bring(piece + rooms);
  };
  const tell = (what: number, piece: number) =>
    channel.sendAll(all, new Uint8Array(Float64Array.of(what, piece).buffer));

  for (const peer of all) {
    const staged = (places[peer] as Place).staged;
    for (let i = 0; i < (staged ? 2 : 1) * pieces; i += 1) {
      const message = new Float64Array(2);
      channel.receive(peer, new Uint8Array(message.buffer), {
        then: () => (message[0] === HERE ? here : written)(message[1] as number),
      });
    }
  }
  for (let piece = 0; piece < rooms && own.staged; piece += 1) bring(piece);
}

/** What a message says of a piece. */
const HERE = 1;
const WRITTEN = 2;

/** Reduces this rank's segment of buffers at `addresses`, by rank, of `length` numbers each, and writes the result to all of them. */
function reduceSegment(
  { rank, world }: Channel,
  { typed: { dtype }, op }: Work,
  addresses: readonly number[],
  length: number,
): void {
  const { begin, end } = segment(length, { rank, world });
  const { kernels } = space();
  const item = itemBytes[dtype];
  const factor = factorOf(op, world);
  const at = begin * item;
  const [first = 0, second = 0] = addresses;
  if (world === 2 && dtype === 'f32' && (op === 'sum' || op === 'mean')) {
    kernels.addF32Twice(first + at, second + at, factor, end - begin);
    return;
  }
  const buffers = addresses.map((address) => viewAt(address, length, dtype));
  const mine = buffers[rank] as (typeof buffers)[number];
  const block = BLOCK_BYTES / item;
  for (let from = begin; from < end; from += block) {
    const to = Math.min(from + block, end);
    reduceRange(op, dtype, mine, buffers, from, to);
    const result = mine.subarray(from, to);
    buffers.forEach((buffer, r) => {
      if (r !== rank) buffer.set(result, from);
    });
  }
}

function viewAt(address: number, length: number, dtype: Dtype) {
  return numbersOf(new Uint8Array(space().buffer, address, length * itemBytes[dtype]), dtype);
}
