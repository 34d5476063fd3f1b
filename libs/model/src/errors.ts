/** Base of all errors of this library: `code` for programs, `hint` says how to fix it. */
export class OvisModelError extends Error {
  readonly code: string;
  readonly hint: string;

  constructor(code: string, message: string, hint: string) {
    super(message);
    this.name = new.target.name;
    this.code = code;
    this.hint = hint;
  }
}

/** A config.json that is wrong or asks for something this version does not do. Codes: `BAD_CONFIG`, `UNSUPPORTED`. */
export class ModelConfigError extends OvisModelError {}

/** Weights that do not fit the config. Code: `BAD_PARAMETERS`. */
export class ParameterError extends OvisModelError {}

/** Samples that cannot be laid out in a batch. Codes: `TOO_LONG`, `BAD_SAMPLE`. */
export class MergeError extends OvisModelError {}

/** A picture that cannot be brought to the model's size. Code: `BAD_IMAGE`. */
export class ImageError extends OvisModelError {}

/** A call that lacks an input, such as the Gumbel noise. Code: `MISSING_INPUT`. */
export class ModelInputError extends OvisModelError {}
