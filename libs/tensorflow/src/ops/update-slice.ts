import { tf } from '../tf.ts';
import { ATTR } from '../binding/binding.ts';
import { nativeBackend } from '../engine/init-engine.ts';

/**
 * x with the one slice at position `at` of `axis` replaced. Inside a function that XLA compiles this is written in place when nothing
 * else needs the old x; elsewhere the whole of x is made anew. Not differentiable.
 * @param update x's shape, but 1 at `axis`
 * @param at int32 scalar in [0, x.shape[axis])
 */
export function updateSlice<T extends tf.Tensor>(x: T, update: tf.Tensor, axis: number, at: tf.Scalar): T {
  const backend = nativeBackend();
  const recorder = backend?.recorder;
  if (!backend || !recorder?.xla) {
    const ones = x.shape.map(() => 1);
    ones[axis] = x.shape[axis] as number;
    const chosen = tf.equal(tf.range(0, x.shape[axis] as number, 1, 'int32'), at);
    return tf.where(tf.reshape(chosen, ones), update, x) as T;
  }
  const zero = tf.scalar(0, 'int32');
  const indices = tf.stack(x.shape.map((_, i) => (i === axis ? at : zero)));
  const traced = [x, update, indices].map(({ dataId }) => ({ dataId, entry: backend.entry(dataId) }));
  const attrs = [
    { name: 'T', type: ATTR.TYPE, value: backend.entry(x.dataId).dtype },
    { name: 'Tindices', type: ATTR.TYPE, value: backend.entry(indices.dataId).dtype },
  ];
  const [made] = recorder.execute('XlaDynamicUpdateSlice', attrs, traced, 1);
  // The operation infers no shape that its users could rely on.
  return backend.makeSymbolic(recorder, made!.dataId, x.shape, made!.dtype) as T;
}
