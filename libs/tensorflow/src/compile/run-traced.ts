import { EngineError } from '../errors.ts';
import { userLine } from '../backend/user-line.ts';

/** What TF.js says of an operation that the backend does not have. */
const MISSING = /^Kernel '(\w+)' not registered/;

/**
 * Runs the function to be traced.
 * @throws EngineError TRACE_UNSUPPORTED with the operation and the user's line in place of TF.js's error about a missing kernel
 */
export function runTraced<R>(label: string, fn: () => R): R {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 60; // TF.js has many frames between the user's line and its error
  try {
    const result = fn();
    // An async fn is refused, so nobody will await it: what it fails with later must not end the process.
    if (result instanceof Promise) result.catch(() => undefined);
    return result;
  } catch (error) {
    const op = error instanceof Error ? MISSING.exec(error.message)?.[1] : undefined;
    if (op === undefined) throw error;
    const line = userLine((error as Error).stack);
    throw new EngineError(
      'TRACE_UNSUPPORTED',
      `${op} was called inside the compiled function '${label}'${line ? ` at ${line}` : ''}, but this backend does not have it.`,
      'Compose it of other operations, or compute it on the host and pass the result in.',
      op,
    );
  } finally {
    Error.stackTraceLimit = limit;
  }
}
