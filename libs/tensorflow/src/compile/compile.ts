import { tf } from '../tf.ts';
import { nativeBackend } from '../engine/init-engine.ts';
import { EngineError } from '../errors.ts';
import type { CompileMode } from './compiled-function.ts';
import { CompiledFunction } from './compiled-function.ts';
import { flatten } from './tree.ts';

export interface CompileOptions {
  /** Shown in errors and profiles; default the function's own name. */
  name?: string;
  /** `graph`: TensorFlow's graph executor. `xla`: fused by XLA, slower first call. */
  mode?: CompileMode;
}

export interface CompileStats {
  /** Signatures traced so far. */
  traces: number;
  calls: number;
  /** Graph nodes of all traces. */
  nodes: number;
  traceMs: number;
}

export type Compiled<A extends unknown[], R> = ((...args: A) => Promise<R>) & {
  /** Frees the traced graphs; the next call traces again. */
  dispose(): void;
  stats(): CompileStats;
};

/** More signatures than this are probably a mistake, such as a step number passed as a plain number. */
const MANY_TRACES = 24;

/**
 * Turns a synchronous function of tensors into one TensorFlow function that runs off the main thread.
 *
 * Arguments and result are tensors nested in arrays and plain objects; other values are static. `fn` runs once per
 * signature (shapes and dtypes of the tensors, values of the rest) on tensors without values; what it computes is recorded.
 * Outside tensors are captured by reference and read at each call; `tf.Variable.assign` inside fn takes effect when the call
 * resolves. Results belong to the caller. On WASM, fn simply runs in `tf.tidy`.
 *
 * @throws (rejects) EngineError TRACE_* when fn cannot be traced; OP_FAILED / OUT_OF_MEMORY when running it fails.
 */
export function compile<A extends unknown[], R>(
  fn: (...args: A) => R,
  options: CompileOptions = {},
): Compiled<A, R> {
  const name = options.name ?? (fn.name || 'function');
  const traced = new Map<string, CompiledFunction>();
  const stats: CompileStats = { traces: 0, calls: 0, nodes: 0, traceMs: 0 };

  const call = async (...args: A): Promise<R> => {
    const backend = nativeBackend();
    stats.calls++;
    if (!backend) return runInTidy(fn, args);
    const flat = flatten(args, `An argument of '${name}'`);
    let compiled = traced.get(flat.key);
    if (!compiled) {
      const mode = options.mode ?? 'graph';
      compiled = new CompiledFunction(name, fn as (...a: unknown[]) => unknown, flat, backend, mode);
      traced.set(flat.key, compiled);
      stats.traces++;
      stats.nodes += compiled.nodes;
      stats.traceMs += compiled.traceMs;
      if (traced.size === MANY_TRACES) warnManyTraces(name);
    }
    return (await compiled.call(flat.tensors)) as R;
  };
  return Object.assign(call, {
    dispose: () => {
      for (const compiled of traced.values()) compiled.dispose();
      traced.clear();
    },
    stats: () => ({ ...stats }),
  });
}

function runInTidy<A extends unknown[], R>(fn: (...args: A) => R, args: A): R {
  const engine = tf.engine();
  engine.startScope('compile');
  let result: R | undefined;
  try {
    result = fn(...args);
    if (result instanceof Promise) {
      throw new EngineError('TRACE_ASYNC', 'A compiled function returned a promise.', 'Make it synchronous.');
    }
    return result;
  } finally {
    engine.endScope(result as tf.TensorContainer);
  }
}

function warnManyTraces(name: string): void {
  process.emitWarning(
    `The compiled function '${name}' has been traced for ${MANY_TRACES} different signatures; each costs time and memory. ` +
      'Pass changing numbers as tensors and pad changing shapes.',
    { code: 'OVIS_MANY_TRACES' },
  );
}
