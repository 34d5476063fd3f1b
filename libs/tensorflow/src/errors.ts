/** Why an engine call failed. `TRACE_*` codes come from {@link compile}; upper-case TensorFlow codes from the library. */
export type EngineErrorCode =
  | 'LIBRARY_NOT_FOUND'
  | 'LIBRARY_LOAD_FAILED'
  | 'NOT_INITIALISED'
  | 'UNSUPPORTED_DTYPE'
  | 'DISPOSED'
  | 'TRACE_DATA_READ'
  | 'TRACE_UNKNOWN_SHAPE'
  | 'TRACE_FAILED'
  | 'TRACE_ESCAPED'
  | 'TRACE_ASYNC'
  | 'TRACE_LIMIT'
  | 'TRACE_RANDOM'
  | 'TRACE_UNSUPPORTED'
  | 'BAD_ARGUMENT'
  | 'OUT_OF_MEMORY'
  | 'UNSUPPORTED'
  | 'OP_FAILED';

/** Everything that goes wrong in this library: `code` for programs, `hint` for people, `op` when one operation is to blame. */
export class EngineError extends Error {
  readonly code: EngineErrorCode;
  readonly hint: string;
  readonly op?: string;

  constructor(code: EngineErrorCode, message: string, hint: string, op?: string) {
    super(message);
    this.name = 'EngineError';
    this.code = code;
    this.hint = hint;
    this.op = op;
  }
}
