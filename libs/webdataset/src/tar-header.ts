/** Bytes of a tar block: headers are one block, data is padded to a multiple. */
export const BLOCK = 512;

/** What a header block says. POSIX.1-1988 (ustar) with GNU's binary sizes. */
export interface TarHeader {
  name: string;
  size: number;
  /** `'0'` file, `'5'` directory, `'x'` pax, `'g'` global pax, `'L'` GNU long name, ... */
  type: string;
}

export class HeaderError extends Error {}

/** Parses a header block; undefined for a block of zeros, which ends the archive. Throws HeaderError. */
export function parseHeader(block: Uint8Array): TarHeader | undefined {
  const stored = parseOctal(block, 148, 8);
  const sum = checksum(block);
  if (sum === 0 && block.every((byte) => byte === 0)) return undefined;
  if (stored !== sum) throw new HeaderError('the header checksum does not match');
  const buffer = Buffer.from(block.buffer, block.byteOffset, BLOCK);
  let name = text(buffer, 0, 100);
  // GNU's own format ('ustar  ') uses the bytes of the prefix for other things.
  if (buffer.toString('latin1', 257, 263) === 'ustar\0' && block[345] !== 0) {
    name = `${text(buffer, 345, 155)}/${name}`;
  }
  const type = String.fromCharCode(block[156] || 0x30);
  return { name, size: parseSize(block), type };
}

/** Sum of all bytes, the checksum field itself counted as spaces. */
export function checksum(block: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < 148; i++) sum += block[i] ?? 0;
  for (let i = 156; i < BLOCK; i++) sum += block[i] ?? 0;
  return sum === 0 ? 0 : sum + 8 * 0x20;
}

/** `length key=value\n` records (POSIX.1-2001). */
export function parsePax(data: Uint8Array): Map<string, string> {
  const buffer = Buffer.from(data.buffer, data.byteOffset, data.length);
  const records = new Map<string, string>();
  for (let at = 0; at < buffer.length && buffer[at] !== 0;) {
    const space = buffer.indexOf(0x20, at);
    const length = Number(buffer.toString('latin1', at, Math.max(at, space)));
    const end = at + length;
    const equals = buffer.indexOf(0x3d, space);
    if (space < 0 || !(length > 0) || end > buffer.length || equals < 0 || equals >= end) {
      throw new HeaderError('a pax header is malformed');
    }
    records.set(buffer.toString('utf8', space + 1, equals), buffer.toString('utf8', equals + 1, end - 1));
    at = end;
  }
  return records;
}

/** Text up to the first NUL. */
export function text(buffer: Buffer, from: number, length: number): string {
  const zero = buffer.indexOf(0, from);
  const end = zero < 0 || zero > from + length ? from + length : zero;
  return buffer.toString('utf8', from, end);
}

function parseSize(block: Uint8Array): number {
  const first = block[124] ?? 0;
  if ((first & 0x80) === 0) return parseOctal(block, 124, 12);
  // GNU: sizes from 8 GiB on are big-endian binary.
  let value = first & 0x7f;
  for (let i = 125; i < 136; i++) value = value * 256 + (block[i] ?? 0);
  if (!Number.isSafeInteger(value)) throw new HeaderError('the size is out of range');
  return value;
}

function parseOctal(block: Uint8Array, from: number, length: number): number {
  let value = 0;
  let digits = 0;
  for (let i = from; i < from + length; i++) {
    const byte = block[i] ?? 0;
    if (byte >= 0x30 && byte <= 0x37) {
      value = value * 8 + byte - 0x30;
      digits++;
    } else if (digits > 0 || (byte !== 0x20 && byte !== 0)) {
      break;
    }
  }
  return value;
}
