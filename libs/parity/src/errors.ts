export type ParityErrorCode =
  /** The folder is not there, or has no checkpoint/config.json. */
  | 'NO_CASE'
  /** Files, tensors or JSON fields that the format does not have. */
  | 'UNKNOWN'
  /** Files that are not whole: broken JSON, safetensors or pictures, or a field of a wrong type. */
  | 'CORRUPT'
  /** Whole files that do not fit together: a picture that is named but not there. */
  | 'INCOMPLETE';

/** A case that cannot be compared at all (not one that differs): the message names file and field. */
export class ParityError extends Error {
  override readonly name = 'ParityError';
  readonly code: ParityErrorCode;
  readonly hint: string;

  constructor(code: ParityErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.hint = hint;
  }
}

/** A file that cannot be read as what it should be. */
export function corrupt(file: string, why: string, cause?: unknown): ParityError {
  return new ParityError('CORRUPT', `${file}: ${why}`, 'Copy the case again.', cause);
}

/** The message of anything that was thrown, with its hint where it has one. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
