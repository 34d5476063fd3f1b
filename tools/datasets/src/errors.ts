/** A data set could not be made. `code` is stable, `hint` says how to fix it. */
export class DatasetError extends Error {
  readonly code: 'MISSING_PACKAGE' | 'BAD_OPTION' | 'BAD_CACHE' | 'RENDER_FAILED';
  readonly hint: string;

  constructor(code: DatasetError['code'], message: string, hint: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'DatasetError';
    this.code = code;
    this.hint = hint;
  }
}
