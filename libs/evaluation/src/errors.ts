/** Predictions and questions do not fit together, or a picture cannot be drawn. */
export class EvaluationError extends Error {
  readonly code: 'MISMATCH' | 'NO_QUESTIONS' | 'BAD_PICTURE';
  readonly hint: string;

  constructor(code: EvaluationError['code'], message: string, hint: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'EvaluationError';
    this.code = code;
    this.hint = hint;
  }
}
