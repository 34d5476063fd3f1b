import { crc32 } from '@node-rs/crc32';

/** A call into native code costs more than this many bytes here. */
const SHORT = 256;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** CRC-32 of some bytes. */
export function checksum(bytes: Uint8Array): number {
  return bytes.byteLength <= SHORT ? shortChecksum(bytes, 0, bytes.byteLength) : crc32(bytes);
}

/** The same of a few bytes [begin, end). */
export function shortChecksum(bytes: Uint8Array, begin: number, end: number): number {
  let crc = 0xffffffff;
  for (let i = begin; i < end; i += 1)
    crc = (TABLE[(crc ^ (bytes[i] as number)) & 0xff] as number) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
