export type PretrainedErrorCode =
  /** Not a GGUF file, or one that contradicts itself. */
  | 'BAD_GGUF'
  /** A GGUF file of a kind this library does not read: architecture, quantisation or tokenizer. */
  | 'UNSUPPORTED_GGUF';

/** The error of this library: the message says what, where and why, the hint how to go on. */
export class PretrainedError extends Error {
  override readonly name = 'PretrainedError';
  readonly code: PretrainedErrorCode;
  readonly hint: string;

  constructor(code: PretrainedErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.hint = hint;
  }
}
