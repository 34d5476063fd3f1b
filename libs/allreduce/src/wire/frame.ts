import { crc32 } from '@node-rs/crc32';
import { dtypes, reduceOps, type Dtype, type ReduceOp } from '../kernels/reduce.ts';
import { checksum, shortChecksum } from './crc.ts';

/**
 * Wire format: a header of 48 bytes, little endian, then the payload.
 *
 *   0  u32  magic "OVC2"              20  u32  crc32 of the payload
 *   4  u8   type                      24  f64  bytes of the collective's buffer (equal on all ranks)
 *   5  u8   collective                32  u32  crc32 of the tag, 0 without one
 *   6  u8   algorithm                 36  u32  collectives that the sender has begun
 *   7  u8   dtype * 16 + op           40  u32  0
 *   8  u32  sequence number           44  u32  crc32 of the header up to here
 *  12  u16  part of the collective
 *  14  u16  root (broadcast)
 *  16  u32  payload bytes
 *
 * The messages that a rank sends a peer in one part of a collective arrive in order; both know their lengths. A message is one frame or
 * several. The payload's checksum is `hash` of kernels/, or crc32 in control frames. Every frame says which call it belongs to, so that a rank that runs another one is found by its first.
 */
export const headerBytes = 48;
const MAGIC = 0x3243564f;

export const FrameType = {
  HELLO: 1,
  WELCOME: 2,
  REFUSED: 3,
  /** A message of a collective, or a piece of one. */
  DATA: 4,
  ABORT: 5,
  BYE: 6,
  PING: 7,
  PONG: 8,
  /** "I have begun this part: send what you have for me." No payload. */
  READY: 9,
  /** "I run this call: do you?" No payload, answered when the peer runs another one. */
  PROBE: 10,
  /** Says only how many collectives the sender has begun. */
  CREDIT: 11,
  /** The answer to a HELLO that comes before its group: "wait". */
  WAIT: 12,
} as const;
export type FrameType = (typeof FrameType)[keyof typeof FrameType];

/** Frames about a call, without JSON in their payload. */
export function isAboutCall(type: number): boolean {
  return type === FrameType.DATA || (type >= FrameType.READY && type <= FrameType.CREDIT);
}

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

export const algorithmNames = [
  'none',
  'direct',
  'mesh',
  'ring',
  'doubling',
  'tree',
  'dissemination',
  'hierarchical',
  'shared',
  'int8',
] as const;
export type AlgorithmName = (typeof algorithmNames)[number];

/** What a rank calls; checked to be the same on all ranks. */
export interface Call {
  collective: CollectiveName;
  algorithm: AlgorithmName;
  /** Of the buffer; 0 where ranks may differ (allGatherBytes). */
  totalBytes: number;
  /** Of a broadcast; else 0. */
  root: number;
  /** Of numbers; undefined for bytes. */
  dtype?: Dtype;
  /** Of a reduction. */
  op?: ReduceOp;
  /** Checksum of the tag. */
  tagCrc: number;
}

export interface FrameHeader extends Call {
  type: number;
  sequence: number;
  part: number;
  begun: number;
  payloadBytes: number;
  checksum: number;
}

/** A control frame may not be longer: it is JSON of a few hundred bytes. */
export const maxControlBytes = 64 * 1024;

/** Writes a header into `b`. */
export function encodeHeader(h: FrameHeader, b: Buffer = Buffer.allocUnsafe(headerBytes), at = 0): Buffer {
  b.writeUInt32LE(MAGIC, at);
  b[at + 4] = h.type;
  b[at + 5] = collectiveNames.indexOf(h.collective);
  b[at + 6] = algorithmNames.indexOf(h.algorithm);
  b[at + 7] = (codeOf(dtypes, h.dtype) << 4) | codeOf(reduceOps, h.op);
  b.writeUInt32LE(h.sequence, at + 8);
  b.writeUInt16LE(h.part, at + 12);
  b.writeUInt16LE(h.root, at + 14);
  b.writeUInt32LE(h.payloadBytes, at + 16);
  b.writeUInt32LE(h.checksum >>> 0, at + 20);
  b.writeDoubleLE(h.totalBytes, at + 24);
  b.writeUInt32LE(h.tagCrc, at + 32);
  b.writeUInt32LE(h.begun, at + 36);
  b.writeUInt32LE(0, at + 40);
  b.writeUInt32LE(shortChecksum(b, at, at + 44), at + 44);
  return b;
}

/** @returns undefined when the header is damaged or is not ours */
export function decodeHeader(b: Buffer, at = 0): FrameHeader | undefined {
  if (b.readUInt32LE(at) !== MAGIC || b.readUInt32LE(at + 44) !== shortChecksum(b, at, at + 44))
    return undefined;
  const collective = collectiveNames[b[at + 5] as number];
  const algorithm = algorithmNames[b[at + 6] as number];
  if (collective === undefined || algorithm === undefined) return undefined;
  const numbers = b[at + 7] as number;
  return {
    type: b[at + 4] as number,
    collective,
    algorithm,
    dtype: dtypes[(numbers >> 4) - 1],
    op: reduceOps[(numbers & 15) - 1],
    sequence: b.readUInt32LE(at + 8),
    part: b.readUInt16LE(at + 12),
    root: b.readUInt16LE(at + 14),
    payloadBytes: b.readUInt32LE(at + 16),
    checksum: b.readUInt32LE(at + 20),
    totalBytes: b.readDoubleLE(at + 24),
    tagCrc: b.readUInt32LE(at + 32),
    begun: b.readUInt32LE(at + 36),
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

export function sameCall(a: Call, b: Call): boolean {
  return (
    a.collective === b.collective &&
    a.algorithm === b.algorithm &&
    a.totalBytes === b.totalBytes &&
    a.root === b.root &&
    a.dtype === b.dtype &&
    a.op === b.op &&
    a.tagCrc === b.tagCrc
  );
}

export const noCall: Call = { collective: 'none', algorithm: 'none', totalBytes: 0, root: 0, tagCrc: 0 };

/** A frame without collective data: JSON of `body`. */
export function controlFrame(type: FrameType, body: object, begun = 0): Buffer {
  const payload = Buffer.from(JSON.stringify(body));
  const frame = Buffer.allocUnsafe(headerBytes + payload.byteLength);
  encodeHeader(
    {
      ...{ ...noCall, type, sequence: 0, part: 0, begun },
      ...{ payloadBytes: payload.byteLength, checksum: checksum(payload) },
    },
    frame,
  );
  frame.set(payload, headerBytes);
  return frame;
}
