import type { tf } from '../tf.ts';
import { nativeBackend } from '../engine/init-engine.ts';
import { EngineError } from '../errors.ts';
import { collectEmitted } from './run-eagerly.ts';

/**
 * Gives a tensor out of a compiled function as soon as it is computed, while the rest of the function still runs: see
 * {@link Compiled.start}. Emissions leave in the order of the calls, whatever is ready first. All of a function have the same dtype.
 *
 * In graph mode what leaves is TensorFlow's own tensor, not a copy: who wants to write to its memory emits something that the function
 * makes for nobody else, and that is no constant (`tf.concat` of two tensors or more, for instance). By XLA and on WASM, emitted
 * tensors leave together with the results.
 *
 * @throws EngineError BAD_ARGUMENT outside of compiled functions, in their loops and fused pieces, and for another dtype than before
 */
export function emit(tensor: tf.Tensor): void {
  const backend = nativeBackend();
  const recorder = backend?.recorder;
  if (recorder) return recorder.emit({ dataId: tensor.dataId, entry: backend.entry(tensor.dataId) });
  if (backend || !collectEmitted(tensor)) {
    throw new EngineError(
      'BAD_ARGUMENT',
      'emit() was called outside of a compiled function.',
      'Call it in a function that was given to compile(), and run that by start().',
    );
  }
}
