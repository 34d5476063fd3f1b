import { readTensor, type tf } from '@ovis/tensorflow';
import type { Params } from '@ovis/model';
import { ownRange } from './flat-layout.ts';
import type { FlatBucket, FlatLayout } from './flat-layout.ts';
import { FIRST_MOMENT, SECOND_MOMENT } from './flat-state.ts';
import type { BucketState, FlatState, Share } from './flat-state.ts';

/** A tensor of the state, or the part of one that a rank keeps. */
export interface StatePiece {
  /** As a checkpoint calls it. */
  name: string;
  shape: number[];
  /** `frozen` does not change. */
  kind: 'frozen' | 'weight' | 'moment';
  /** Elements of the tensor, in its flat order, that this is; default all. */
  range?: { begin: number; end: number };
  /** The rank that has it; default every rank does. */
  owner?: number;
}

/** Where the bytes of a piece are wanted. */
export interface PieceRequest {
  name: string;
  /** Byte of the whole tensor. */
  begin: number;
  target: Uint8Array;
}

/** The state as it lies in the ranks' memories. */
export interface StatePieces {
  /** The same list on every rank of the gang. */
  pieces: StatePiece[];
  /** Copies bytes of pieces that this rank has, as they are now. While a step runs, only of those that are frozen. */
  read(requests: readonly PieceRequest[]): void;
}

/** Where a tensor of the state lies in a flat one: `part` is the variable's key, `offset` its first float there. */
interface Place {
  bucket: number;
  part: keyof BucketState;
  offset: number;
}

/** @param moments the part of the moments that this rank keeps */
export function statePieces(
  layout: FlatLayout,
  state: FlatState,
  frozen: Params,
  moments: Share,
): StatePieces {
  const places = new Map<string, Place>();
  const pieces: StatePiece[] = Object.entries(frozen).map(([name, { shape }]) => ({
    name,
    shape: [...shape],
    kind: 'frozen',
  }));
  for (const [index, bucket] of layout.buckets.entries()) {
    const ownBegin = ownRange(bucket, moments.part, moments.parts).begin;
    for (const { name, shape, offset } of bucket.slices) {
      pieces.push({ name, shape, kind: 'weight' });
      places.set(name, { bucket: index, part: 'weights', offset });
      places.set(FIRST_MOMENT(name), { bucket: index, part: 'first', offset: offset - ownBegin });
      places.set(SECOND_MOMENT(name), { bucket: index, part: 'second', offset: offset - ownBegin });
    }
    for (const rename of [FIRST_MOMENT, SECOND_MOMENT]) pieces.push(...momentPieces(bucket, moments, rename));
  }
  const read = (requests: readonly PieceRequest[]): void => {
    // One look at each flat tensor, however many slices of it are wanted.
    const byTensor = new Map<tf.Tensor, { at: number; target: Uint8Array }[]>();
    for (const { name, begin, target } of requests) {
      const place = places.get(name);
      if (place === undefined) {
        readTensor(frozen[name]!, (values) =>
          target.set(new Uint8Array(values.buffer, values.byteOffset + begin, target.length)),
        );
        continue;
      }
      const tensor = state[place.bucket]![place.part];
      const list = byTensor.get(tensor) ?? [];
      byTensor.set(tensor, list);
      list.push({ at: 4 * place.offset + begin, target });
    }
    for (const [tensor, list] of byTensor) {
      readTensor(tensor, (values) => {
        for (const { at, target } of list)
          target.set(new Uint8Array(values.buffer, values.byteOffset + at, target.length));
      });
    }
  };
  return { pieces, read };
}

/** A moment's tensors, whole or cut where the ranks' parts of the bucket end. */
function momentPieces(bucket: FlatBucket, { parts }: Share, rename: (name: string) => string): StatePiece[] {
  return bucket.slices.flatMap(({ name, shape, offset, size }): StatePiece[] => {
    const whole: StatePiece = { name: rename(name), shape, kind: 'moment' };
    if (parts === 1) return [whole];
    return Array.from({ length: parts }, (_, owner): StatePiece => {
      const own = ownRange(bucket, owner, parts);
      const begin = Math.max(own.begin - offset, 0);
      const end = Math.min(own.begin + own.size - offset, size);
      return { ...whole, owner, range: { begin, end } };
    }).filter(({ range }) => range!.begin < range!.end);
  });
}
