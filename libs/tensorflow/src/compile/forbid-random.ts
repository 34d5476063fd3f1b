import { EngineError } from '../errors.ts';
import { userLine } from '../backend/user-line.ts';

/**
 * TF.js's random operations draw on the host, so a traced function would repeat one draw for ever. They take their seed
 * from Math.random unless the caller gives one: while a function is traced, that call is an error.
 * @returns what ends it
 */
export function forbidRandom(label: string): () => void {
  const random = Math.random;
  Math.random = () => {
    const op = randomOperation();
    if (!op) return random();
    const line = userLine();
    throw new EngineError(
      'TRACE_RANDOM',
      `${op} draws its numbers on the host, but it was called inside the compiled function '${label}'${line ? ` at ${line}` : ''}: every call would get the same numbers.`,
      'Draw outside and pass the result as an argument, or give a seed if the same numbers at each call are what you want.',
      op,
    );
  };
  return () => {
    Math.random = random;
  };
}

/** The TF.js operation that asks for a random number; undefined when somebody else does, or TensorFlow itself will draw. */
function randomOperation(): string | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 60;
  const stack = new Error().stack ?? '';
  Error.stackTraceLimit = limit;
  // TF.js names its operations' functions with a trailing underscore.
  const names = [...stack.matchAll(/^ +at (?:Object\.)?([a-zA-Z0-9]+)_ /gm)].map((m) => m[1]!);
  const op = names.findLast((name) => /^(random|dropout|truncatedNormal|rand)/i.test(name));
  return op;
}
