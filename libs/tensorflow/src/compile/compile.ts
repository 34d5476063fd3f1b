import { tf } from '../tf.ts';
import { nativeBackend } from '../engine/init-engine.ts';
import type { LibtensorflowBackend } from '../backend/backend.ts';
import { EngineError } from '../errors.ts';
import type { CompileMode, Started } from './compiled-function.ts';
import { CompiledFunction } from './compiled-function.ts';
import { emittedLater } from './emitted.ts';
import type { FlatTree } from './tree.ts';
import { runEagerly } from './run-eagerly.ts';
import { flatten } from './tree.ts';

export interface CompileOptions {
  /** Shown in errors and profiles; default the function's own name. */
  name?: string;
  /**
   * `graph`: TensorFlow's graph executor. `xla`: fused by XLA, slower first call. Default: `graph` on CPUs; on GPUs `xla`,
   * and `graph` (with one warning) for a function that XLA refuses. `try-xla` does the latter on CPUs too.
   */
  mode?: CompileMode | 'try-xla';
  /** Signatures that may be traced, default 64; one more is an error. */
  maxTraces?: number;
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
  /**
   * The same call, with what fn gives out by `emit` while it runs; the plain call drops that. Take all of `emitted` or call its `return()`.
   * An error of the call comes out of `emitted` and of `result`.
   */
  start(...args: A): Started<R>;
  /** Frees the traced graphs; the next call traces again. */
  dispose(): void;
  stats(): CompileStats;
};

/** More signatures than this are probably a mistake, such as a step number passed as a plain number. */
const MANY_TRACES = 24;
const MAX_TRACES = 64;

/**
 * Turns a synchronous function of tensors into one TensorFlow function that runs off the main thread.
 *
 * Arguments and result are tensors nested in arrays and plain objects; other values are static. `fn` runs once per
 * signature (shapes and dtypes of the tensors, values of the rest) on tensors without values; what it computes is recorded.
 * Outside tensors are captured by reference and read at each call; `tf.Variable.assign` inside fn takes effect when the call
 * resolves. Results belong to the caller. On WASM, fn runs at once: see run-eagerly.ts.
 *
 * @throws (rejects) EngineError TRACE_* when fn cannot be traced, or for too many signatures; OP_FAILED / OUT_OF_MEMORY when running it fails.
 */
export function compile<A extends unknown[], R>(
  fn: (...args: A) => R,
  options: CompileOptions = {},
): Compiled<A, R> {
  const name = options.name ?? (fn.name || 'function');
  const maxTraces = options.maxTraces ?? MAX_TRACES;
  const traced = new Map<string, CompiledFunction>();
  const stats: CompileStats = { traces: 0, calls: 0, nodes: 0, traceMs: 0 };
  const { mode: wanted } = options;
  const tryingXla = (backend: LibtensorflowBackend) =>
    wanted === 'try-xla' || (wanted === undefined && backend.isUsingGpuDevice);
  let refused = false;
  let lastKey = '';

  const trace = (flat: FlatTree, backend: LibtensorflowBackend): CompiledFunction => {
    if (traced.size >= maxTraces) throw tooManyTraces(name, maxTraces, lastKey, flat.key);
    const fixed = wanted === 'try-xla' ? undefined : wanted;
    const mode = fixed ?? (tryingXla(backend) && !refused ? 'xla' : 'graph');
    const compiled = new CompiledFunction(name, fn as (...a: unknown[]) => unknown, flat, backend, mode);
    lastKey = flat.key;
    traced.set(flat.key, compiled);
    stats.traces++;
    stats.nodes += compiled.nodes;
    stats.traceMs += compiled.traceMs;
    if (traced.size === MANY_TRACES) warnManyTraces(name);
    return compiled;
  };

  /** The first call of a function that XLA was chosen for without being asked for: XLA compiles now, and may refuse. */
  const tryXla = async (compiled: CompiledFunction, flat: FlatTree): Promise<Started> => {
    const held = flat.tensors.map((t) => tf.keep(t.clone()));
    try {
      const started = compiled.start(held);
      await started.result;
      return started;
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== 'OP_FAILED') throw error;
      if (!refused) warnRefused(name, error);
      refused = true;
      if (traced.get(flat.key) === compiled) traced.delete(flat.key);
      compiled.dispose();
      const backend = nativeBackend()!;
      return (traced.get(flat.key) ?? trace(flat, backend)).start(held);
    } finally {
      tf.dispose(held);
    }
  };

  /** Takes its place among the calls before it returns. */
  const begin = async (args: A): Promise<Started<R>> => {
    const backend = nativeBackend();
    stats.calls++;
    if (!backend) return runEagerly(name, fn, args);
    const flat = flatten(args, `An argument of '${name}'`);
    const compiled = traced.get(flat.key) ?? trace(flat, backend);
    const unsure = tryingXla(backend) && compiled.mode === 'xla' && !compiled.proven;
    return (unsure ? tryXla(compiled, flat) : compiled.start(flat.tensors)) as
      Started<R> | Promise<Started<R>>;
  };
  const call = async (...args: A): Promise<R> => {
    const { result, emitted } = await begin(args);
    void emitted.return();
    return result;
  };
  const start = (...args: A): Started<R> => {
    const started = begin(args);
    const result = started.then((s) => s.result);
    // Whoever takes what is emitted hears of the error there.
    result.catch(() => undefined);
    return { result, emitted: emittedLater(started.then((s) => s.emitted)) };
  };
  return Object.assign(call, {
    start,
    dispose: () => {
      for (const compiled of traced.values()) compiled.dispose();
      traced.clear();
    },
    stats: () => ({ ...stats }),
  });
}

function tooManyTraces(name: string, limit: number, before: string, now: string): EngineError {
  const [a, b] = [before.split(';'), now.split(';')];
  const at = b.findIndex((part, i) => part !== a[i]);
  const show = (part: string | undefined): string => (part ? part.slice(0, 120) : 'nothing');
  return new EngineError(
    'TRACE_LIMIT',
    `The compiled function '${name}' was called with more than ${limit} different signatures; the last two differ in ` +
      `${show(a[at])} against ${show(b[at])}.`,
    'Pass changing numbers as tensors, pad changing shapes, or raise maxTraces if there are really so many.',
  );
}

function warnRefused(name: string, error: EngineError): void {
  process.emitWarning(
    `XLA refused the compiled function '${name}'; it runs as a plain graph: ${error.message}`,
    { code: 'OVIS_XLA_REFUSED' },
  );
}

function warnManyTraces(name: string): void {
  process.emitWarning(
    `The compiled function '${name}' has been traced for ${MANY_TRACES} different signatures; each costs time and memory. ` +
      'Pass changing numbers as tensors and pad changing shapes.',
    { code: 'OVIS_MANY_TRACES' },
  );
}
