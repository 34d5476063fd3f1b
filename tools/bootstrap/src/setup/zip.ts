import { createReadStream, createWriteStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import zlib from 'node:zlib';
import { BootstrapError } from '../errors.ts';

/** One file in a zip archive, as its central directory describes it. */
export interface ZipEntry {
  name: string;
  /** 0 stored, 8 deflated */
  method: number;
  crc32: number;
  compressedSize: number;
  size: number;
  /** byte offset of the local header */
  offset: number;
}

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
/** End record (22 bytes) plus the longest comment. */
const END_SEARCH = 22 + 0xffff;

function corrupt(file: string, what: string): BootstrapError {
  return new BootstrapError('CORRUPT_ARCHIVE', `${file} is not a whole zip archive: ${what}`, {
    hint: 'run the same command again; it fetches the archive anew',
  });
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** Reads the central directory (a few kB at the end of the file), not the data. zip64 is not needed below 4 GiB. */
export async function readZipEntries(file: string): Promise<ZipEntry[]> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const tail = await readAt(handle, Math.max(0, size - END_SEARCH), Math.min(size, END_SEARCH));
    let end = tail.length - 22;
    while (end >= 0 && tail.readUInt32LE(end) !== END_SIGNATURE) end -= 1;
    if (end < 0) throw corrupt(file, 'no end record');
    const count = tail.readUInt16LE(end + 10);
    const directory = await readAt(handle, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
    const entries: ZipEntry[] = [];
    let at = 0;
    for (let index = 0; index < count; index += 1) {
      if (at + 46 > directory.length || directory.readUInt32LE(at) !== ENTRY_SIGNATURE) {
        throw corrupt(file, `directory entry ${index} of ${count} is damaged`);
      }
      const nameLength = directory.readUInt16LE(at + 28);
      entries.push({
        name: directory.toString('utf8', at + 46, at + 46 + nameLength),
        method: directory.readUInt16LE(at + 10),
        crc32: directory.readUInt32LE(at + 16),
        compressedSize: directory.readUInt32LE(at + 20),
        size: directory.readUInt32LE(at + 24),
        offset: directory.readUInt32LE(at + 42),
      });
      at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
    }
    return entries;
  } finally {
    await handle.close();
  }
}

/** `zlib.crc32` is missing in Node 20.11-20.14: there only the size is checked. */
const HAS_CRC32 = typeof (zlib as { crc32?: unknown }).crc32 === 'function';

/** Counts and checks bytes on their way to the disk. */
class Check extends Transform {
  bytes = 0;
  crc = 0;
  readonly #onBytes: ((bytes: number) => void) | undefined;

  constructor(onBytes?: (bytes: number) => void) {
    super();
    this.#onBytes = onBytes;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error?: null, data?: Buffer) => void) {
    this.bytes += chunk.length;
    if (HAS_CRC32) this.crc = zlib.crc32(chunk, this.crc);
    this.#onBytes?.(this.bytes);
    done(null, chunk);
  }
}

/**
 * Writes one entry to a file in chunks; memory does not grow with its size.
 * @throws BootstrapError CORRUPT_ARCHIVE when size or checksum differ; a half-written target is the caller's to remove
 */
export async function extractZipEntry(
  file: string,
  entry: ZipEntry,
  target: string,
  options: { mode?: number; onBytes?: (written: number) => void } = {},
): Promise<void> {
  if (entry.method !== 0 && entry.method !== 8) {
    throw corrupt(file, `${entry.name} is compressed by method ${entry.method}`);
  }
  const handle = await open(file, 'r');
  let start: number;
  try {
    const header = await readAt(handle, entry.offset, 30);
    if (header.length < 30 || header.readUInt32LE(0) !== LOCAL_SIGNATURE) {
      throw corrupt(file, `${entry.name} has no local header`);
    }
    start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  } finally {
    await handle.close();
  }
  const check = new Check(options.onBytes);
  const sink = createWriteStream(target, { mode: options.mode ?? 0o644, flags: 'wx' });
  const source = createReadStream(file, {
    start,
    end: start + entry.compressedSize - 1,
    highWaterMark: 1 << 20,
  });
  try {
    if (entry.method === 0) await pipeline(source, check, sink);
    else await pipeline(source, zlib.createInflateRaw({ chunkSize: 1 << 20 }), check, sink);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code.startsWith('Z_')) throw corrupt(file, `${entry.name}: ${(error as Error).message}`);
    throw error;
  }
  if (check.bytes !== entry.size || (HAS_CRC32 && check.crc !== entry.crc32)) {
    throw corrupt(
      file,
      `${entry.name} unpacked to ${check.bytes} bytes of ${entry.size}, or with another checksum`,
    );
  }
}
