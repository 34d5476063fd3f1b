import { CorruptShardError, TruncatedShardError } from './errors.ts';
import { BLOCK, HeaderError, parseHeader, parsePax, text } from './tar-header.ts';

export interface TarEntry {
  name: string;
  /** A view of the chunk it came in where it lies in one, so it may share memory with other entries: do not write to it. */
  data: Uint8Array;
  /** Byte in the shard at which its first header (long-name headers included) begins: reading can start there. */
  offset: number;
}

export interface TarParserOptions {
  /** Names the shard in errors. */
  shard: string;
  /** Byte of the shard with which the input begins (a position that some entry's `offset` gave). */
  start?: number;
  /** Larger entries are taken for corruption. Default 2 GiB. */
  maxEntryBytes?: number;
}

const MAX_ENTRY_BYTES = 2 ** 31;
const FILES = new Set(['0', '7']);
const META = new Set(['x', 'g', 'L', 'K']);

/**
 * A tar parser that is given chunks of any size and returns the files completed by each. It works synchronously on
 * whole chunks (an `await` per entry would cost more than the parsing) and cuts data out of them without copying; only
 * entries that span chunks are put together.
 */
export class TarParser {
  readonly #shard: string;
  readonly #maxEntryBytes: number;
  /** Byte of the shard at which the current chunk begins. */
  #base: number;
  #ended = false;

  // The piece being collected: a header, or the data of `#header`.
  #header: { name: string; size: number; type: string } | undefined;
  #piece: Uint8Array | undefined;
  #pieceUsed = 0;
  /** Bytes to pass over: padding, and the data of what is no file. */
  #skip = 0;

  #entryOffset = -1;
  #longName: string | undefined;
  #pax: Map<string, string> | undefined;
  #globalPax: Map<string, string> | undefined;

  constructor(options: TarParserOptions) {
    this.#shard = options.shard;
    this.#base = options.start ?? 0;
    this.#maxEntryBytes = options.maxEntryBytes ?? MAX_ENTRY_BYTES;
  }

  /** True once the end-of-archive mark was seen; further bytes are ignored. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Byte of the shard up to which input was given. */
  get position(): number {
    return this.#base;
  }

  push(chunk: Uint8Array): TarEntry[] {
    const entries: TarEntry[] = [];
    let at = 0;
    while (at < chunk.length && !this.#ended) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, chunk.length - at);
        this.#skip -= step;
        at += step;
        continue;
      }
      const size = this.#header ? this.#header.size : BLOCK;
      const before = at;
      const available = chunk.length - at;
      let piece: Uint8Array;
      if (this.#piece === undefined && available >= size) {
        piece = new Uint8Array(chunk.buffer, chunk.byteOffset + at, size);
        at += size;
      } else {
        this.#piece ??= new Uint8Array(size);
        const step = Math.min(available, size - this.#pieceUsed);
        this.#piece.set(chunk.subarray(at, at + step), this.#pieceUsed);
        this.#pieceUsed += step;
        at += step;
        if (this.#pieceUsed < size) break;
        piece = this.#piece;
      }
      // The piece may have begun in an earlier chunk.
      const offset = this.#base + before - (this.#piece ? size - (at - before) : 0);
      this.#piece = undefined;
      this.#pieceUsed = 0;
      try {
        if (this.#header) this.#finishData(piece, entries);
        else this.#finishHeader(piece, offset, entries);
      } catch (error) {
        if (!(error instanceof HeaderError)) throw error;
        throw new CorruptShardError(this.#shard, offset, this.#explain(error.message, piece, offset));
      }
    }
    this.#base += chunk.length;
    return entries;
  }

  /** Checks that the archive was complete. */
  end(): void {
    if (this.#ended) return;
    const { name, size } = this.#header ?? { name: '', size: 0 };
    const missing = this.#header
      ? `${size - this.#pieceUsed} bytes before the end of entry '${name}'`
      : this.#skip > 0 || this.#pieceUsed > 0
        ? 'within an entry'
        : "without the archive's end mark";
    throw new TruncatedShardError(this.#shard, this.#base, missing);
  }

  #finishHeader(block: Uint8Array, offset: number, entries: TarEntry[]): void {
    const header = parseHeader(block);
    if (header === undefined) {
      this.#ended = true;
      return;
    }
    if (this.#entryOffset < 0) this.#entryOffset = offset;
    const { type } = header;
    if (!META.has(type)) {
      const attributes = this.#pax ?? this.#globalPax;
      header.name = attributes?.get('path') ?? this.#globalPax?.get('path') ?? this.#longName ?? header.name;
      const paxSize = attributes?.get('size');
      if (paxSize !== undefined) header.size = Number(paxSize);
    }
    if (!Number.isSafeInteger(header.size) || header.size > this.#maxEntryBytes) {
      throw new HeaderError(`entry '${header.name}' would have ${header.size} bytes`);
    }
    if (type === 'S') throw new HeaderError(`entry '${header.name}' is a sparse file`);
    if (!META.has(type) && !FILES.has(type)) {
      // Directories, links and devices carry no sample.
      this.#skip = padded(header.size);
      this.#forget();
    } else if (header.size === 0) {
      this.#header = header;
      this.#finishData(new Uint8Array(0), entries);
    } else {
      this.#header = header;
    }
  }

  #finishData(data: Uint8Array, entries: TarEntry[]): void {
    const header = this.#header;
    if (header === undefined) return;
    this.#header = undefined;
    this.#skip = padded(data.length) - data.length;
    switch (header.type) {
      case 'x':
        this.#pax = parsePax(data);
        return;
      case 'g':
        this.#globalPax = new Map([...(this.#globalPax ?? []), ...parsePax(data)]);
        return;
      case 'L':
        this.#longName = text(Buffer.from(data.buffer, data.byteOffset, data.length), 0, data.length);
        return;
      case 'K':
        return;
      default:
        entries.push({ name: header.name, data, offset: this.#entryOffset });
        this.#forget();
    }
  }

  #forget(): void {
    this.#entryOffset = -1;
    this.#longName = undefined;
    this.#pax = undefined;
  }

  #explain(message: string, piece: Uint8Array, offset: number): string {
    const gzip = offset === 0 && piece[0] === 0x1f && piece[1] === 0x8b;
    return gzip ? 'it is compressed with gzip; shards must be plain .tar (gunzip them)' : message;
  }
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}
