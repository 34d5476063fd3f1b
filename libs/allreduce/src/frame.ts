import { crc32 } from '@node-rs/crc32';

/**
 * Wire format: a header of 40 bytes, little endian, then the payload.
 *
 *   0  u32  magic "OVC1"          20  u32  crc32 of the payload
 *   4  u8   type                  24  f64  bytes of the collective's buffer (equal on all ranks)
 *   5  u8   collective            32  u32  bytes of the stream this frame is a part of
 *   6  u8   phase                 36  u32  crc32 of the header up to here
 *   8  u32  sequence number
 *  12  u32  root (broadcast)
 *  16  u32  payload bytes
 *
 * A rank's contribution to one phase of a collective, to one peer, is a stream; it is cut into frames that arrive in
 * order. Every stream has at least one frame, so that empty contributions are seen and checked too.
 */
export const headerBytes = 40;
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

export const collectiveNames = ['none', 'allReduceSum', 'broadcast', 'allGather', 'barrier'] as const;
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
}

/** A control frame may not be longer: it is JSON of a few hundred bytes. */
export const maxControlBytes = 64 * 1024;

export function encodeHeader(h: FrameHeader): Buffer {
  const b = Buffer.allocUnsafe(headerBytes);
  b.writeUInt32LE(magic, 0);
  b[4] = h.type;
  b[5] = collectiveNames.indexOf(h.collective);
  b[6] = h.phase;
  b[7] = 0;
  b.writeUInt32LE(h.sequence, 8);
  b.writeUInt32LE(h.root, 12);
  b.writeUInt32LE(h.payloadBytes, 16);
  b.writeUInt32LE(h.payloadCrc, 20);
  b.writeDoubleLE(h.totalBytes, 24);
  b.writeUInt32LE(h.streamBytes, 32);
  b.writeUInt32LE(crc32(b.subarray(0, 36)), 36);
  return b;
}

/** @returns undefined when the header is damaged or is not ours */
export function decodeHeader(b: Buffer): FrameHeader | undefined {
  if (b.readUInt32LE(0) !== magic || b.readUInt32LE(36) !== crc32(b.subarray(0, 36))) return undefined;
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
  };
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
  });
  return Buffer.concat([header, payload]);
}
