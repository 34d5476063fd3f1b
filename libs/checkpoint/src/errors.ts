export type CheckpointErrorCode =
  /** No checkpoint of that id, or none at all. */
  | 'NOT_FOUND'
  /** Sizes or checksums do not fit, and there is no older one to fall back to (or none was wanted). */
  | 'CORRUPT'
  /** Another writer finished a checkpoint of this id. */
  | 'EXISTS'
  /** A rank's share of a checkpoint failed or did not come. */
  | 'INCOMPLETE'
  /** Files of earlier checkpoints that a new one refers to are gone. */
  | 'MISSING_FILES'
  /** What was to be deleted is needed. */
  | 'IN_USE'
  /** Bytes that are no safetensors file, or tensors that cannot be written as one. */
  | 'BAD_SAFETENSORS'
  /** Written by a newer version of this library. */
  | 'UNSUPPORTED';

/** The error of this library: the message says what, where and why, the hint how to go on. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
  readonly code: CheckpointErrorCode;
  readonly hint: string;

  constructor(code: CheckpointErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.hint = hint;
  }
}
