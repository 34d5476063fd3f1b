import { tf } from '../tf.ts';
import type { LibtensorflowBackend } from '../backend/backend.ts';
import { nativeBackend } from '../engine/init-engine.ts';
import { EngineError } from '../errors.ts';
import type { GraphFunction, GraphValue } from './graph.ts';
import { Trace } from './trace.ts';
import type { FlatTree } from './tree.ts';
import { flatten } from './tree.ts';

interface FusedFunction extends GraphFunction {
  result: FlatTree;
}

const registered = new Map<string, FusedFunction>();

/**
 * A piece of element-wise work and reductions that becomes one loop: inside a compiled function of mode `graph` it is a function
 * of its own that XLA compiles, once per name and signature in the whole process however often it is called; matrix products and
 * everything else stay with the graph executor, whose products are the faster ones. Everywhere else `fn` simply runs.
 *
 * XLA reads its inputs once and writes its results once, where single operations write each intermediate result to memory. A
 * call costs some 20 microseconds and a first compilation 0.1 to 0.3 s, so it is for tensors of many thousands of elements.
 *
 * @param name unique in the process: pieces of the same name are taken to be the same function
 * @param fn a pure function of its arguments (tensors nested in arrays and objects, plain values): it must not use tensors from
 *   outside, and large constants are no part of it either
 */
export function fused<A extends unknown[], R>(name: string, fn: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    const backend = nativeBackend();
    const outer = backend?.recorder;
    if (!backend || !(outer instanceof Trace) || outer.xla) return fn(...args);
    // A variable stands for its value here.
    const flat = flatten(
      args.map((a) => (a instanceof tf.Variable ? tf.clone(a) : a)),
      `An argument of '${name}'`,
    );
    const key = `${name}(${flat.key})`;
    let piece = registered.get(key);
    if (!piece) {
      piece = trace(name, fn as (...a: unknown[]) => unknown, flat, backend);
      registered.set(key, piece);
    }
    return piece.result.rebuild(outer.call(piece, flat.tensors)) as R;
  };
}

function trace(
  name: string,
  fn: (...args: unknown[]) => unknown,
  args: FlatTree,
  backend: LibtensorflowBackend,
): FusedFunction {
  const outer = backend.recorder;
  const inner = new Trace(name, backend, { xla: true });
  const engine = tf.engine();
  engine.startScope(name);
  backend.recorder = inner;
  try {
    const symbols = args.tensors.map((t) => inner.argument(t));
    const result = fn(...(args.rebuild(symbols.map((s) => s.tensor)) as unknown[]));
    inner.check();
    const flat = flatten(result, `The result of '${name}'`);
    const taken = new Set<GraphValue>();
    const outputs = flat.tensors.map((t) => inner.output(t.dataId, taken));
    if (inner.captures.length > 0) {
      throw new EngineError(
        'BAD_ARGUMENT',
        `The fused function '${name}' uses tensors from outside, or large constants.`,
        'Pass them as arguments.',
      );
    }
    const unique = `fused_${name}_${registered.size}`;
    const inputs = symbols.map((s) => s.value);
    let handle = 0;
    inner.graph.toFunction(unique, inputs, outputs, [], { xla: true, keep: (fn) => (handle = fn) });
    return {
      name: unique,
      handle,
      outputs: outputs.map(({ shape, dtype }) => ({ shape, dtype })),
      result: flat,
    };
  } finally {
    backend.recorder = outer;
    inner.discardConstants([]);
    engine.endScope();
    inner.graph.dispose();
  }
}
