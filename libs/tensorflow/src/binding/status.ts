import { EngineError } from '../errors.ts';
import { outOfMemoryStatus } from './machine-memory.ts';
import type { Library } from './library.ts';

const TF_RESOURCE_EXHAUSTED = 8;

/** Turns a failed TF_Status into an EngineError that carries TensorFlow's own message and the operation's name. */
export function checkStatus(lib: Library, status: number, op: string): void {
  const code = lib.TF_GetCode(status);
  if (code === 0) return;
  const message = lib.TF_Message(status) ?? `TensorFlow error ${code}`;
  if (code === TF_RESOURCE_EXHAUSTED) {
    throw outOfMemoryStatus(op, message);
  }
  throw new EngineError('OP_FAILED', `${op}: ${message}`, 'Check the shapes and dtypes of the inputs.', op);
}
