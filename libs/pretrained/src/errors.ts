export type PretrainedErrorCode =
  /** Not a GGUF file, or one that contradicts itself. */
  | 'BAD_GGUF'
  /** A GGUF file of a kind this library does not read: architecture, quantisation or tokenizer. */
  | 'UNSUPPORTED_GGUF'
  /** Nothing at the place, or no model in a form this library knows. */
  | 'NO_MODEL'
  /** A model without tokenizer.json was asked to talk. */
  | 'NO_TOKENIZER'
  /** A folder without safetensors. */
  | 'NO_WEIGHTS'
  /** An index that does not fit its shards. */
  | 'BAD_INDEX'
  /** Weights that do not fit the config beside them. */
  | 'BAD_WEIGHTS'
  /** A file of a model folder that cannot be read. */
  | 'BAD_FILE'
  /** The target format cannot say what the model is. */
  | 'UNSUPPORTED'
  /** The target has something already. */
  | 'TARGET_EXISTS'
  /** Asked to stop. */
  | 'STOPPED';

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
