import type { StorageError } from './errors.ts';

export interface PutOptions {
  /** Write only if the object does not exist yet; of several writers exactly one wins, the others get PRECONDITION. */
  ifNoneMatch?: boolean;
  /** Write only if the object still has this etag (from `head` or `put`); else PRECONDITION. */
  ifMatch?: string;
  contentType?: string;
}

export interface ObjectInfo {
  /** Bytes. */
  size: number;
  etag?: string;
}

export interface ListedObject {
  /** Relative to the storage's URL. */
  key: string;
  /** Bytes. */
  size: number;
  /** When it was last written, ms since the epoch by the storage's clock. */
  modifiedAt?: number;
}

/** Bytes of a known number that can be read anywhere and more than once. */
export interface RangeSource {
  readonly bytes: number;
  /**
   * Bytes `begin` (inclusive) to `end` (exclusive), `partBytes` of them at multiples of it (less at the end). Asked for in rising order,
   * a few ahead of those that are on their way; they must not change until the write ends.
   */
  read(begin: number, end: number): Uint8Array | Promise<Uint8Array>;
  /** CRC-32 of such a range, if it is known: S3 then checks what it receives. Asked for after `read`. */
  crc32?(begin: number, end: number): number;
}

export interface PutRangesOptions extends PutOptions {
  /** Bytes of a part, at least 5 MiB. Default 16 MiB. */
  partBytes?: number;
  /** Parts on their way at the same time. Default 4. */
  parallel?: number;
  /** How long the same part is tried again while the storage does not answer, ms. Default: as long as for any request. */
  patienceMs?: number;
  /** Told of every part that has to be sent again. */
  onRetry?: (error: StorageError) => void;
  signal?: AbortSignal;
}

/**
 * Objects below one URL. Keys are relative to it, with `/` between parts and none in front. An object becomes visible
 * only when it is complete. All methods throw StorageError.
 */
export interface ObjectStorage {
  /** Without a slash at the end. */
  readonly url: string;
  /** The whole object, in one buffer of its own (data begins at byte offset 0 of its ArrayBuffer). */
  get(key: string): Promise<Uint8Array>;
  /**
   * The object's bytes from `start` (default 0) in chunks of any size. A connection that breaks or stalls is continued
   * where it stopped, on the same version of the object. Chunks belong to the caller. Rejects at once when the object
   * is missing; leaving the loop early closes the connection.
   */
  stream(key: string, options?: { start?: number }): Promise<AsyncIterable<Uint8Array>>;
  /** Bytes `start` (inclusive) to `end` (exclusive); TRUNCATED when the object is shorter than `end`. */
  range(key: string, start: number, end: number): Promise<Uint8Array>;
  /** Atomic: readers see the old object or the new one. */
  put(key: string, data: Uint8Array | string, options?: PutOptions): Promise<{ etag?: string }>;
  /**
   * As `put`, from chunks of any size: some 64 MiB of them are in memory, however long the object is. When the chunks end with
   * an error nothing becomes visible, and that error is thrown on.
   */
  putChunks(key: string, chunks: AsyncIterable<Uint8Array>, options?: PutOptions): Promise<{ etag?: string }>;
  /**
   * As `put`, of bytes that can be read anywhere: parts of it are sent at the same time, and sent again when the storage was
   * away. Nothing of it is copied or hashed here. A write that fails or is aborted leaves nothing behind.
   */
  putRanges(key: string, source: RangeSource, options?: PutRangesOptions): Promise<{ etag?: string }>;
  /**
   * Fills the targets, one behind the other, with the object's bytes from `start` on. TRUNCATED when the object is shorter; what the
   * targets hold after an error is undefined.
   */
  readInto(key: string, start: number, targets: readonly Uint8Array[]): Promise<void>;
  /** undefined when there is no such object. */
  head(key: string): Promise<ObjectInfo | undefined>;
  /**
   * Every object whose key begins with `prefix` (which may end in the middle of a name). Sort what needs an order:
   * Amazon sorts by the keys' bytes, others (SeaweedFS) folder by folder.
   */
  list(prefix: string): AsyncIterable<ListedObject>;
  /** Deleting what is not there is not an error. */
  delete(key: string): Promise<void>;
}
