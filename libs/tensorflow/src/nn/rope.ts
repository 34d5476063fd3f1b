import { tf } from '../tf.ts';
import { withGradient } from './with-gradient.ts';

/** Cosines and signed sines of the rotary embedding, each `[positions, headDim]`. */
export interface RopeTables {
  cos: tf.Tensor;
  /** `[-sin, sin]`: the sign of `rotate_half` is folded in, so the rotation only swaps halves. */
  sin: tf.Tensor;
}

/** Host values of the tables for positions `0..positions-1` (angles in float32 as in torch). */
export function ropeValues(
  positions: number,
  headDim: number,
  theta: number,
): { cos: Float32Array; sin: Float32Array } {
  const half = headDim / 2;
  const cos = new Float32Array(positions * headDim);
  const sin = new Float32Array(positions * headDim);
  for (let i = 0; i < half; i++) {
    const frequency = Math.fround(1 / Math.fround(theta ** ((2 * i) / headDim)));
    for (let position = 0; position < positions; position++) {
      const angle = Math.fround(position * frequency);
      const at = position * headDim + i;
      cos[at] = cos[at + half] = Math.cos(angle);
      sin[at + half] = Math.sin(angle);
      sin[at] = -Math.sin(angle);
    }
  }
  return { cos, sin };
}

/** Tables for positions `0..positions-1`; constants of a compiled function. */
export function ropeTables(positions: number, headDim: number, theta: number): RopeTables {
  const { cos, sin } = ropeValues(positions, headDim, theta);
  return { cos: tf.tensor2d(cos, [positions, headDim]), sin: tf.tensor2d(sin, [positions, headDim]) };
}

/** Rotates x `[heads, batch, time, headDim]`; the tables broadcast against it. */
export function rotate(x: tf.Tensor4D, { cos, sin }: RopeTables): tf.Tensor4D {
  return withGradient(
    [x],
    () => {
      const value: tf.Tensor4D = tf.add(tf.mul(x, cos), tf.mul(swapHalves(x), sin));
      return { value, save: [cos, sin] };
    },
    (dy, [c, s]) => [tf.add(tf.mul(dy, c), swapHalves(tf.mul(dy, s)))],
  );
}

/** `[..., first half, second half]` -> `[..., second half, first half]`: one pass, where split and concat take three. */
function swapHalves<T extends tf.Tensor>(x: T): T {
  const headDim = x.shape[x.rank - 1] as number;
  const halves = tf.reshape(x, [x.size / headDim, 2, headDim / 2]);
  return tf.reshape(tf.reverse(halves, 1), x.shape) as T;
}
