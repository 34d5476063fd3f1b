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
