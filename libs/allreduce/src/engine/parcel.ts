import { takeSlot, type Slot } from '../kernels/slots.ts';
import { inSpace, space } from '../kernels/space.ts';
import { encodeHeader, FrameType, headerBytes, type Call, type FrameHeader } from '../wire/frame.ts';

/** Which call, which place in it. */
export interface FrameOf {
  call: Call;
  sequence: number;
  part: number;
}

/** A frame that is ready to go out, to one peer or several. */
export interface Parcel {
  /** The header; and the payload, where it lies behind it. */
  head: Uint8Array;
  /** Where it lies elsewhere. */
  payload?: Uint8Array;
  /** What both lie in. */
  slot?: Slot;
  payloadBytes: number;
}

/** Smaller payloads are better copied behind their header. */
const ALONE_BYTES = 32 * 1024;

/** Whether a payload is sent from where it lies: it can be summed there. */
export function goesAlone(payload: Uint8Array): boolean {
  return payload.byteLength >= ALONE_BYTES && inSpace(payload);
}

/** A frame whose payload stays where it lies, in the space. */
export function parcelOf(of: FrameOf, payload: Uint8Array, begun: number, checksum?: number): Parcel {
  const { byteOffset, byteLength } = payload;
  const sum = checksum ?? space().kernels.hash(byteOffset, byteLength) >>> 0;
  return {
    head: encodeHeader(headerOf(FrameType.DATA, of, begun, byteLength, sum)),
    payload,
    payloadBytes: byteLength,
  };
}

/** Copies a payload into a slot, behind its header. The slot has one user, the caller. */
export function copiedParcel(of: FrameOf, payload: Uint8Array, begun: number): Parcel & { slot: Slot } {
  const slot = takeSlot();
  slot.memory.set(payload, headerBytes);
  return slotParcel(of, { slot, begin: 0, payloadBytes: payload.byteLength }, begun);
}

/** Writes the header before the payload that a slot holds. */
export function slotParcel(
  of: FrameOf,
  {
    slot,
    begin,
    payloadBytes,
    checksum,
  }: { slot: Slot; begin: number; payloadBytes: number; checksum?: number },
  begun: number,
): Parcel & { slot: Slot } {
  const at = begin + headerBytes;
  const sum = checksum ?? space().kernels.hash(slot.address + at, payloadBytes) >>> 0;
  encodeHeader(headerOf(FrameType.DATA, of, begun, payloadBytes, sum), slot.memory, begin);
  return { head: slot.memory.subarray(begin, at + payloadBytes), slot, payloadBytes };
}

/** Field by field: of each frame, and spreading a call costs more than all the rest of it. */
export function headerOf(
  type: FrameType,
  { call, sequence, part }: FrameOf,
  begun: number,
  payloadBytes = 0,
  checksum = 0,
): FrameHeader {
  const { collective, algorithm, totalBytes, root, dtype, op, tagCrc } = call;
  return {
    type,
    collective,
    algorithm,
    dtype,
    op,
    sequence,
    part,
    root,
    payloadBytes,
    checksum,
    totalBytes,
    tagCrc,
    begun,
  };
}
