import { isStorageError, type ObjectStorage } from '@ovis/storage';
import { crc32 } from '@node-rs/crc32';
import { createHash } from 'node:crypto';
import { CheckpointError } from './errors.ts';
import { CHUNK_BYTES, join, type Manifest, type ManifestFile } from './manifest.ts';
import { LENGTH_BYTES, headerLength } from './safetensors-header.ts';
import { hex32 } from './upload-file.ts';

/** Bytes of a file that go to a place in memory. */
export interface Segment {
  /** Of the file. */
  begin: number;
  target: Uint8Array;
}

/** One file of a checkpoint, whose bytes are checked as they are read. */
export class VerifiedFile {
  readonly name: string;
  readonly file: ManifestFile;
  readonly #storage: ObjectStorage;
  readonly #prefix: string;
  readonly #id: string;
  readonly #chunkBytes: number;

  /** @throws CheckpointError CORRUPT when the manifest does not have it */
  constructor(storage: ObjectStorage, prefix: string, manifest: Manifest, name: string) {
    this.name = name;
    this.#storage = storage;
    this.#prefix = prefix;
    this.#id = manifest.id;
    this.#chunkBytes = manifest.chunkBytes ?? CHUNK_BYTES;
    const file = manifest.files[name];
    if (file === undefined) throw damaged(manifest.id, `${name} is missing in its manifest`);
    this.file = file;
  }

  /**
   * What can be read and checked by itself: the file's chunks that have a byte of the segments, each with the work to do. Files of
   * version 1 have one sum for all of it: they are read as a whole.
   */
  units(segments: readonly Segment[]): (() => Promise<void>)[] {
    const sorted = [...segments].sort((a, b) => a.begin - b.begin);
    if (sorted.length === 0) return [];
    if (this.file.crc32 === undefined) return [() => this.#readWhole(sorted)];
    const units: (() => Promise<void>)[] = [];
    for (let i = 0; i < sorted.length;) {
      const begin = Math.floor(sorted[i]!.begin / this.#chunkBytes) * this.#chunkBytes;
      const end = Math.min(begin + this.#chunkBytes, this.file.bytes);
      const inside: Segment[] = [];
      // A segment that goes on in the next chunk is cut there.
      for (; i < sorted.length && sorted[i]!.begin < end; i++) {
        const { begin: at, target } = sorted[i]!;
        const here = Math.min(target.length, end - at);
        inside.push({ begin: at, target: target.subarray(0, here) });
        if (here < target.length) {
          sorted[i] = { begin: end, target: target.subarray(here) };
          break;
        }
      }
      units.push(() => this.#readChunk(begin, end, inside));
    }
    return units;
  }

  async #readChunk(begin: number, end: number, segments: readonly Segment[]): Promise<void> {
    const expected = this.#sumAt(begin);
    const targets = withGaps(begin, end, segments);
    for (let attempt = 1; ; attempt++) {
      await this.#reading(() => this.#storage.readInto(this.#key, begin, targets));
      const sum = targets.reduce((crc, target) => crc32(target, crc), 0);
      if (hex32(sum) === expected) return;
      // Once more: it may have been changed on the way.
      if (attempt === 2)
        throw this.#damaged(`does not have the CRC-32 of its manifest in bytes ${begin} to ${end}`);
    }
  }

  async #readWhole(segments: readonly Segment[]): Promise<void> {
    const hash = createHash('sha256');
    let at = 0;
    let next = 0;
    await this.#reading(async () => {
      for await (const chunk of await this.#storage.stream(this.#key)) {
        hash.update(chunk);
        const end = at + chunk.length;
        for (let i = next; i < segments.length && segments[i]!.begin < end; i++) {
          const { begin, target } = segments[i]!;
          const from = Math.max(at, begin);
          const to = Math.min(end, begin + target.length);
          if (from < to) target.set(chunk.subarray(from - at, to - at), from - begin);
          if (begin + target.length <= end) next = i + 1;
        }
        at = end;
      }
    });
    if (at !== this.file.bytes) throw this.#damaged(`has ${at} bytes instead of ${this.file.bytes}`);
    if (hash.digest('hex') !== this.file.sha256)
      throw this.#damaged('does not have the sha256 of its manifest');
  }

  /** All of it, in memory of its own. */
  async readAll(): Promise<Uint8Array> {
    const bytes = new Uint8Array(this.file.bytes);
    // Also of an empty file: that it is empty.
    const segments = bytes.length > 0 ? [{ begin: 0, target: bytes }] : [];
    for (const unit of this.units(segments)) await unit();
    return bytes;
  }

  /** The header of a safetensors file, its first 8 bytes included. */
  async readHeader(): Promise<Uint8Array> {
    const { header } = this.file;
    if (header === undefined) return this.#readUnchecked();
    const start = new Uint8Array(header.bytes);
    await this.#reading(() => this.#storage.readInto(this.#key, 0, [start]));
    if (hex32(crc32(start)) !== header.crc32)
      throw this.#damaged(`does not have the CRC-32 of its manifest in bytes 0 to ${header.bytes}`);
    return start;
  }

  /** Version 1 has no sum for the header: the file's covers it, when its data is read. */
  async #readUnchecked(): Promise<Uint8Array> {
    const length = new Uint8Array(LENGTH_BYTES);
    await this.#reading(() => this.#storage.readInto(this.#key, 0, [length]));
    const json = new Uint8Array(headerLength(length, this.file.bytes));
    await this.#reading(() => this.#storage.readInto(this.#key, LENGTH_BYTES, [json]));
    return Buffer.concat([length, json]);
  }

  /** Checks every byte; what is wrong, undefined when nothing is. */
  async problem(): Promise<CheckpointError | undefined> {
    const hash = createHash('sha256');
    const bad: string[] = [];
    let length = 0;
    let sum = 0;
    let inChunk = 0;
    const endChunk = (): void => {
      const begin = length - inChunk;
      if (hex32(sum) !== this.#sumAt(begin)) bad.push(`${begin} to ${length}`);
      sum = inChunk = 0;
    };
    try {
      await this.#reading(async () => {
        for await (const all of await this.#storage.stream(this.#key)) {
          hash.update(all);
          for (let chunk = all; chunk.length > 0;) {
            const part = chunk.subarray(0, this.#chunkBytes - inChunk);
            sum = crc32(part, sum);
            inChunk += part.length;
            length += part.length;
            chunk = chunk.subarray(part.length);
            if (inChunk === this.#chunkBytes) endChunk();
          }
        }
        if (inChunk > 0) endChunk();
      });
    } catch (error) {
      if (error instanceof CheckpointError) return error;
      throw error;
    }
    if (length !== this.file.bytes) return this.#damaged(`has ${length} bytes instead of ${this.file.bytes}`);
    if (hash.digest('hex') === this.file.sha256) return undefined;
    const where =
      this.file.crc32 === undefined || bad.length === 0 ? '' : `: bytes ${bad.join(', ')} changed`;
    return this.#damaged(`does not have the sha256 of its manifest${where}`);
  }

  #sumAt(begin: number): string | undefined {
    const at = (begin / this.#chunkBytes) * 8;
    return this.file.crc32?.slice(at, at + 8);
  }

  get #key(): string {
    return join(this.#prefix, this.file.key);
  }

  async #reading(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isStorageError(error, 'NOT_FOUND', 'TRUNCATED')) throw error;
      const found = await this.#storage.head(this.#key);
      throw this.#damaged(
        found === undefined ? 'is gone' : `has ${found.size} bytes instead of ${this.file.bytes}`,
        error,
      );
    }
  }

  #damaged(why: string, cause?: unknown): CheckpointError {
    return damaged(this.#id, `${this.name} ${why} (${this.#storage.url}/${this.#key})`, cause);
  }
}

/** The targets of a whole chunk: what nobody asked for goes to memory that is thrown away, since the sum needs it. */
function withGaps(begin: number, end: number, segments: readonly Segment[]): Uint8Array[] {
  const targets: Uint8Array[] = [];
  let at = begin;
  for (const { begin: from, target } of segments) {
    if (from < at) throw new TypeError('bytes of a checkpoint were asked for twice');
    if (from > at) targets.push(new Uint8Array(from - at));
    targets.push(target);
    at = from + target.length;
  }
  if (at < end) targets.push(new Uint8Array(end - at));
  return targets;
}

export function damaged(id: string, why: string, cause?: unknown): CheckpointError {
  return new CheckpointError(
    'CORRUPT',
    `checkpoint '${id}' is damaged: ${why}`,
    'use an earlier checkpoint; delete this one',
    cause,
  );
}
