import { tf } from '@ovis/tensorflow';
import type { Work } from '../worker.ts';

/** `count` additions of two small tensors on the current backend: nothing but the way to TensorFlow and back. */
export function dispatchWork(count: number): Work {
  const a = tf.tensor1d([1, 2, 3, 4]);
  const b = tf.tensor1d([5, 6, 7, 8]);
  const check = tf.tidy(() => tf.sum(tf.add(a, b)).dataSync()[0]);
  return {
    iterate() {
      for (let i = 0; i < count; i++) tf.add(a, b).dispose();
      return check;
    },
  };
}
