import { tf } from '../tf.ts';
import { noResult } from './compiled-function.ts';
import type { Started } from './compiled-function.ts';
import { emittedAtEnd } from './emitted.ts';
import { flatten } from './tree.ts';

let emitting: tf.Tensor[] | undefined;

/** `emit(tensor)` on WASM. @returns whether a compiled function runs */
export function collectEmitted(tensor: tf.Tensor): boolean {
  emitting?.push(tf.keep(tf.clone(tensor)));
  return emitting !== undefined;
}

/**
 * A compiled function on the WASM backend: runs fn at once, under the rules of a traced one as far as they can be kept.
 * Temporaries are freed, results are tensors of their own whatever they were made of, and when fn fails the variables that
 * it assigned are as they were. Assignments are seen by everybody as soon as fn has run, before the promise resolves.
 */
export function runEagerly<A extends unknown[], R>(name: string, fn: (...args: A) => R, args: A): Started<R> {
  flatten(args, `An argument of '${name}'`);
  const { prototype } = tf.Variable;
  const assign = prototype.assign;
  const before = new Map<tf.Variable, tf.Tensor>();
  prototype.assign = function (value): void {
    if (!before.has(this)) before.set(this, tf.keep(tf.clone(this)));
    assign.call(this, value);
  };
  const engine = tf.engine();
  engine.startScope(name);
  let kept: tf.Tensor[] = [];
  const outer = emitting;
  const emitted: tf.Tensor[] = (emitting = []);
  try {
    const result = flatten(fn(...args), `The result of '${name}'`);
    if (result.tensors.length === 0 && before.size === 0 && emitted.length === 0) {
      throw noResult(name);
    }
    kept = result.tensors.map((tensor) => tf.clone(tensor));
    return {
      result: Promise.resolve(result.rebuild(kept) as R),
      emitted: emittedAtEnd(Promise.resolve(emitted)),
    };
  } catch (error) {
    tf.dispose(emitted);
    for (const [variable, old] of before) assign.call(variable, old);
    throw error;
  } finally {
    emitting = outer;
    prototype.assign = assign;
    engine.endScope(kept);
    tf.dispose([...before.values()]);
  }
}
