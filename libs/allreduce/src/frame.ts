import { crc32 } from '@node-rs/crc32';
import { dtypes, reduceOps, type Dtype, type ReduceOp } from './kernels/reduce.ts';

/**
 * Wire format: a header of 44 bytes, little endian, then the payload.
 *
 *   0  u32  magic "OVC1"          20  u32  crc32 of the payload
 *   4  u8   type                  24  f64  bytes of the collective's buffer (equal on all ranks)
 *   5  u8   collective            32  u32  bytes of the stream this frame is a part of
 *   6  u8   phase                 36  u32  crc32 of the tag, 0 without one
 *   7  u8   dtype * 16 + op       40  u32  crc32 of the header up to here
 *   8  u32  sequence number
 *  12  u32  root (broadcast)
 *  16  u32  payload bytes
 *
 * A rank's contribution to one phase of a collective, to one peer, is a stream; it is cut into frames that arrive in
 * order. Every stream has at least one frame, so that empty contributions are seen and checked too.
 */
export const headerBytes = 44;
const magic = 0x3143564f;

export const FrameType = {
  HELLO: 1,
  WELCOME: 2,
  REFUSED: 3,
  DATA: 4,
  ABORT: 5,
  BYE: 6,
  PING: 7,
  PONG: 8,
} as const;
export type FrameType = (typeof FrameType)[keyof typeof FrameType];

export const collectiveNames = [
  'none',
  'allReduce',
  'reduceScatter',
  'allGather',
  'allGatherBytes',
  'broadcast',
  'barrier',
] as const;
export type CollectiveName = (typeof collectiveNames)[number];

export interface FrameHeader {
  type: number;
  collective: CollectiveName;
  phase: number;
  sequence: number;
  root: number;
  payloadBytes: number;
  payloadCrc: number;
  totalBytes: number;
  streamBytes: number;
  dtype?: Dtype;
  op?: ReduceOp;
  /** Checksum of the tag. */
  tagCrc: number;
}

/** A control frame may not be longer: it is JSON of a few hundred bytes. */
export const maxControlBytes = 64 * 1024;

export function encodeHeader(h: FrameHeader): Buffer {
  const b = Buffer.allocUnsafe(headerBytes);
  b.writeUInt32LE(magic, 0);
  b[4] = h.type;
  b[5] = collectiveNames.indexOf(h.collective);
  b[6] = h.phase;
  b[7] = (codeOf(dtypes, h.dtype) << 4) | codeOf(reduceOps, h.op);
  b.writeUInt32LE(h.sequence, 8);
  b.writeUInt32LE(h.root, 12);
  b.writeUInt32LE(h.payloadBytes, 16);
  b.writeUInt32LE(h.payloadCrc, 20);
  b.writeDoubleLE(h.totalBytes, 24);
  b.writeUInt32LE(h.streamBytes, 32);
  b.writeUInt32LE(h.tagCrc, 36);
  b.writeUInt32LE(crc32(b.subarray(0, 40)), 40);
  return b;
}

/** @returns undefined when the header is damaged or is not ours */
export function decodeHeader(b: Buffer): FrameHeader | undefined {
  if (b.readUInt32LE(0) !== magic || b.readUInt32LE(40) !== crc32(b.subarray(0, 40))) return undefined;
  const collective = collectiveNames[b[5] as number];
  if (collective === undefined) return undefined;
  return {
    type: b[4] as number,
    collective,
    phase: b[6] as number,
    sequence: b.readUInt32LE(8),
    root: b.readUInt32LE(12),
    payloadBytes: b.readUInt32LE(16),
    payloadCrc: b.readUInt32LE(20),
    totalBytes: b.readDoubleLE(24),
    streamBytes: b.readUInt32LE(32),
    dtype: dtypes[((b[7] as number) >> 4) - 1],
    op: reduceOps[((b[7] as number) & 15) - 1],
    tagCrc: b.readUInt32LE(36),
  };
}

/** 0 for none, else the place in the list plus 1. */
function codeOf<T>(list: readonly T[], value: T | undefined): number {
  return value === undefined ? 0 : list.indexOf(value) + 1;
}

/** What stands for a tag in a header. */
export function tagChecksum(tag: string | undefined): number {
  return tag === undefined ? 0 : crc32(tag);
}

/** The checksum of a payload. */
export function checksum(payload: Uint8Array): number {
  return payload.byteLength === 0 ? 0 : crc32(payload);
}

/** A frame without collective data: JSON of `body`. */
export function controlFrame(type: FrameType, body: object): Buffer {
  const payload = Buffer.from(JSON.stringify(body));
  const header = encodeHeader({
    type,
    collective: 'none',
    phase: 0,
    sequence: 0,
    root: 0,
    payloadBytes: payload.byteLength,
    payloadCrc: checksum(payload),
    totalBytes: 0,
    streamBytes: payload.byteLength,
    tagCrc: 0,
  });
  return Buffer.concat([header, payload]);
}
