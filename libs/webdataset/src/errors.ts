export type DatasetErrorCode =
  | 'TRUNCATED_SHARD'
  | 'CORRUPT_SHARD'
  /** A sample that breaks the naming rules, or cannot be written. */
  | 'BAD_SAMPLE'
  | 'BAD_IMAGE'
  | 'OUT_OF_MEMORY'
  | 'TOO_FEW_SHARDS'
  /** A lane whose shards hold no sample at all. */
  | 'EMPTY_LANE'
  | 'BAD_BATCH'
  /** A cursor that belongs to other data or other settings: going on would repeat or skip samples. */
  | 'CURSOR_MISMATCH';

/** Base of this library's errors: the message says what, where and why, the hint how to fix it. */
export class DatasetError extends Error {
  override readonly name: string = 'DatasetError';
  readonly code: DatasetErrorCode;
  readonly hint: string;

  constructor(code: DatasetErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.hint = hint;
  }
}

/** The shard ends before its tar archive does. */
export class TruncatedShardError extends DatasetError {
  override readonly name = 'TruncatedShardError';
  readonly shard: string;
  /** Byte at which the shard ends. */
  readonly offset: number;

  constructor(shard: string, offset: number, missing: string) {
    super(
      'TRUNCATED_SHARD',
      `shard ${shard} is truncated: it ends at byte ${offset}, ${missing}`,
      'write or copy the shard again; its size must be that of the original',
    );
    this.shard = shard;
    this.offset = offset;
  }
}

/** The shard's bytes are not the tar archive they should be. */
export class CorruptShardError extends DatasetError {
  override readonly name = 'CorruptShardError';
  readonly shard: string;
  readonly offset: number;

  constructor(shard: string, offset: number, why: string, hint = 'write or copy the shard again') {
    super('CORRUPT_SHARD', `shard ${shard} is corrupt at byte ${offset}: ${why}`, hint);
    this.shard = shard;
    this.offset = offset;
  }
}
