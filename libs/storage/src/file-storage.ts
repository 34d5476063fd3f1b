import { randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { StorageError, errorField } from './errors.ts';
import { fromFileError } from './file-errors.ts';
import { withLock } from './file-lock.ts';
import { writeRanges } from './file-ranges.ts';
import { totalLength } from './scatter.ts';
import { keepingRangeErrors, keepingSourceErrors } from './source-errors.ts';
import type {
  ListedObject,
  ObjectInfo,
  ObjectStorage,
  PutOptions,
  PutRangesOptions,
  RangeSource,
} from './types.ts';
import { checkKey } from './url.ts';

/** Names with this start are unfinished writes (or locks): never listed. */
const TEMPORARY = '.ovis-tmp-';
const CHUNK_BYTES = 256 * 1024;
/** What the operating system takes at once. */
const MOST_BUFFERS = 1024;

/**
 * A directory behind the same interface as S3. Writes go to a temporary file beside the target, are flushed, and take
 * its name at once; If-None-Match is an exclusive hard link, so of several processes exactly one wins.
 */
export class FileStorage implements ObjectStorage {
  readonly url: string;
  readonly #directory: string;

  constructor(location: { directory: string; url: string }) {
    this.url = location.url;
    this.#directory = location.directory;
  }

  async get(key: string): Promise<Uint8Array> {
    return this.#read(key, 0);
  }

  async range(key: string, start: number, end: number): Promise<Uint8Array> {
    return end <= start ? new Uint8Array(0) : this.#read(key, start, end);
  }

  async stream(key: string, options: { start?: number } = {}): Promise<AsyncIterable<Uint8Array>> {
    const url = this.#objectUrl(key);
    const start = options.start ?? 0;
    const file = await open(this.#path(key)).catch((error: unknown) => {
      throw fromFileError(error, 'read', url);
    });
    const info = await file.stat();
    if (info.isDirectory() || start > info.size) {
      await file.close();
      throw info.isDirectory()
        ? fromFileError({ code: 'EISDIR' }, 'read', url)
        : tooShort(url, info.size, start);
    }
    return chunksOf(file, start, url);
  }

  async put(key: string, data: Uint8Array | string, options: PutOptions = {}): Promise<{ etag?: string }> {
    return this.#write(key, (path) => writeDurably(path, data), options);
  }

  async putChunks(
    key: string,
    chunks: AsyncIterable<Uint8Array>,
    options: PutOptions = {},
  ): Promise<{ etag?: string }> {
    return keepingSourceErrors(chunks, (all) => this.#write(key, (path) => writeDurably(path, all), options));
  }

  async putRanges(
    key: string,
    source: RangeSource,
    options: PutRangesOptions = {},
  ): Promise<{ etag?: string }> {
    return keepingRangeErrors(source, (all) =>
      this.#write(key, (path) => writeRanges(path, all, options), options),
    );
  }

  async readInto(key: string, start: number, targets: readonly Uint8Array[]): Promise<void> {
    const url = this.#objectUrl(key);
    try {
      const file = await open(this.#path(key));
      try {
        await readFully(file, start, targets, url);
      } finally {
        await file.close();
      }
    } catch (error) {
      throw fromFileError(error, 'read', url);
    }
  }

  async #write(
    key: string,
    writeTo: (path: string) => Promise<void>,
    options: PutOptions & Pick<PutRangesOptions, 'signal'>,
  ): Promise<{ etag?: string }> {
    const path = this.#path(key);
    const url = this.#objectUrl(key);
    const temporary = join(dirname(path), `${TEMPORARY}${process.pid}-${randomUUID()}`);
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeTo(temporary);
      // The name does not change what stat says of the file, so the etag is known before it is visible.
      const etag = etagOf(await stat(temporary, { bigint: true }));
      if (options.ifMatch !== undefined) {
        await withLock(lockPath(path), async () => {
          const now = await this.head(key);
          if (now?.etag !== options.ifMatch) {
            throw precondition(url, now ? 'it was written since' : 'it is not there any more');
          }
          await rename(temporary, path);
        });
      } else if (options.ifNoneMatch) {
        await publishExclusively(temporary, path, url);
      } else {
        await rename(temporary, path);
      }
      await syncDirectory(dirname(path));
      return { etag };
    } catch (error) {
      options.signal?.throwIfAborted();
      throw fromFileError(error, 'write', url);
    } finally {
      await rm(temporary, { force: true }).catch(() => undefined);
    }
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    const info = await this.#stat(key);
    return info && { size: Number(info.size), etag: etagOf(info) };
  }

  async #stat(key: string): Promise<BigIntStats | undefined> {
    try {
      const info = await stat(this.#path(key), { bigint: true });
      return info.isFile() ? info : undefined;
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes(errorField(error, 'code') ?? '')) return undefined;
      throw fromFileError(error, 'look up', this.#objectUrl(key));
    }
  }

  async *list(prefix: string): AsyncGenerator<ListedObject, void, undefined> {
    const slash = prefix.lastIndexOf('/');
    const folder = slash < 0 ? '' : prefix.slice(0, slash);
    if (folder !== '') checkKey(folder, this.url);
    yield* this.#walk(folder === '' ? '' : `${folder}/`, prefix);
  }

  async delete(key: string): Promise<void> {
    await rm(this.#path(key), { force: true }).catch((error: unknown) => {
      throw fromFileError(error, 'delete', this.#objectUrl(key));
    });
  }

  async *#walk(folder: string, prefix: string): AsyncGenerator<ListedObject, void, undefined> {
    const entries = await readdir(join(this.#directory, folder), { withFileTypes: true }).catch(
      (error: unknown) => {
        if (['ENOENT', 'ENOTDIR'].includes(errorField(error, 'code') ?? '')) return [];
        throw fromFileError(error, 'list', pathToFileURL(join(this.#directory, folder)).href);
      },
    );
    // As Amazon does: whole keys are sorted, so a folder counts with its slash: "a-b" comes before "a/b".
    const names = entries
      .filter((entry) => !entry.name.startsWith(TEMPORARY))
      .map((entry) => ({ entry, key: folder + entry.name + (entry.isDirectory() ? '/' : '') }))
      .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
    for (const { entry, key } of names) {
      if (entry.isDirectory()) {
        if (key.startsWith(prefix) || prefix.startsWith(key)) yield* this.#walk(key, prefix);
      } else if (key.startsWith(prefix)) {
        const found = await this.#stat(key);
        if (found) yield { key, size: Number(found.size), modifiedAt: Number(found.mtimeMs) };
      }
    }
  }

  async #read(key: string, start: number, end?: number): Promise<Uint8Array> {
    const url = this.#objectUrl(key);
    try {
      const file = await open(this.#path(key));
      try {
        const size = (await file.stat()).size;
        if (end !== undefined && size < end) throw tooShort(url, size, end);
        const buffer = new Uint8Array((end ?? size) - start);
        await readFully(file, start, [buffer], url);
        return buffer;
      } finally {
        await file.close();
      }
    } catch (error) {
      throw fromFileError(error, 'read', url);
    }
  }

  #path(key: string): string {
    return join(this.#directory, checkKey(key, this.url));
  }

  #objectUrl(key: string): string {
    return pathToFileURL(join(this.#directory, key)).href;
  }
}

async function readFully(
  file: Awaited<ReturnType<typeof open>>,
  start: number,
  targets: readonly Uint8Array[],
  url: string,
): Promise<void> {
  const end = start + totalLength(targets);
  let rest = targets.filter((target) => target.length > 0);
  for (let at = start; rest.length > 0;) {
    const { bytesRead } = await file.readv(rest.slice(0, MOST_BUFFERS), at);
    if (bytesRead === 0) throw tooShort(url, at, end);
    at += bytesRead;
    rest = behind(rest, bytesRead);
  }
}

/** What is left of the targets when so many bytes of them are filled. */
function behind(targets: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let filled = bytes;
  return targets.flatMap((target) => {
    const here = Math.min(filled, target.length);
    filled -= here;
    return here < target.length ? [target.subarray(here)] : [];
  });
}

async function* chunksOf(
  file: Awaited<ReturnType<typeof open>>,
  start: number,
  url: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for (let at = start; ;) {
      // A fresh buffer for every chunk: the reader keeps slices of it.
      const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, at).catch((error: unknown) => {
        throw fromFileError(error, 'read', url);
      });
      if (bytesRead === 0) return;
      at += bytesRead;
      yield new Uint8Array(buffer.buffer, buffer.byteOffset, bytesRead);
    }
  } finally {
    await file.close();
  }
}

type FileData = Uint8Array | string | AsyncIterable<Uint8Array>;

async function writeDurably(path: string, data: FileData): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await writeFile(file, data);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A new name survives a power cut only when its directory is flushed too. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path);
  try {
    await directory.sync();
  } catch {
    // Some file systems cannot flush directories; the data itself is safe.
  } finally {
    await directory.close();
  }
}

async function publishExclusively(temporary: string, path: string, url: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (error) {
    const code = errorField(error, 'code') ?? '';
    if (code === 'EEXIST') throw precondition(url, 'it exists already');
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code)) throw error;
    // A file system without hard links: the lock file keeps other writers of this library out.
    await withLock(lockPath(path), async () => {
      const exists = await stat(path).then(
        () => true,
        () => false,
      );
      if (exists) throw precondition(url, 'it exists already');
      await rename(temporary, path);
    });
  }
}

function lockPath(path: string): string {
  return join(dirname(path), `${TEMPORARY}lock-${path.slice(dirname(path).length + 1)}`);
}

/** Changes with every write: each one is a new file, made at another time. */
function etagOf(info: BigIntStats): string {
  return `"${info.ino.toString(36)}-${info.mtimeNs.toString(36)}-${info.size.toString(36)}"`;
}

function precondition(url: string, why: string): StorageError {
  return new StorageError('PRECONDITION', why, {
    operation: 'write',
    url,
    hint: 'read the object again and decide anew',
  });
}

function tooShort(url: string, size: number, wanted: number): StorageError {
  return new StorageError('TRUNCATED', `bytes up to ${wanted} were asked for, the file has ${size}`, {
    operation: 'read',
    url,
    hint: 'the file is shorter than what refers to it says: write it again',
  });
}
