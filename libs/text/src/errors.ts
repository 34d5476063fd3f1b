export type TextErrorCode =
  | 'BAD_TOKENIZER'
  | 'UNSUPPORTED_TOKENIZER'
  | 'UNKNOWN_TOKEN'
  | 'UNKNOWN_FORMATTER'
  | 'UNKNOWN_ROLE'
  | 'EMPTY_CONVERSATION'
  | 'SYSTEM_PROMPT_UNSUPPORTED'
  | 'BAD_TEMPLATE'
  | 'VOCABULARY_TOO_SMALL';

/** What this library throws: `message` says what and where, `hint` how to fix it. */
export class TextError extends Error {
  readonly code: TextErrorCode;
  readonly hint: string;

  constructor(code: TextErrorCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TextError';
    this.code = code;
    this.hint = hint;
  }
}
