import { fused } from '../compile/fused.ts';
import { tf } from '../tf.ts';
import { withGradient } from './with-gradient.ts';

/** Cosines and signed sines of the rotary embedding, each `[positions, headDim]`. */
export interface RopeTables {
  cos: tf.Tensor;
  /** `[-sin, sin]`: the sign of `rotate_half` is folded in, so the rotation only swaps halves. */
  sin: tf.Tensor;
}

/** Llama 3's stretched rotary frequencies (`rope_type: llama3`). */
export interface RopeScaling {
  factor: number;
  lowFreqFactor: number;
  highFreqFactor: number;
  originalMaxPositions: number;
}

/**
 * Llama 3.1's rule: what turns less than `lowFreqFactor` times within the original length turns `factor` times slower, what turns more
 * than `highFreqFactor` times stays, with a linear passage between.
 */
function scaledFrequency(frequency: number, s: RopeScaling): number {
  const turns = (s.originalMaxPositions * frequency) / (2 * Math.PI);
  if (turns < s.lowFreqFactor) return frequency / s.factor;
  if (turns > s.highFreqFactor) return frequency;
  const share = (turns - s.lowFreqFactor) / (s.highFreqFactor - s.lowFreqFactor);
  return ((1 - share) * frequency) / s.factor + share * frequency;
}

/** Host values of the tables for positions `0..positions-1` (angles in float32 as in torch). */
export function ropeValues(
  positions: number,
  headDim: number,
  theta: number,
  scaling?: RopeScaling,
): { cos: Float32Array; sin: Float32Array } {
  const half = headDim / 2;
  const cos = new Float32Array(positions * headDim);
  const sin = new Float32Array(positions * headDim);
  for (let i = 0; i < half; i++) {
    const plain = Math.fround(1 / Math.fround(theta ** ((2 * i) / headDim)));
    const frequency = scaling ? Math.fround(scaledFrequency(plain, scaling)) : plain;
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
export function ropeTables(
  positions: number,
  headDim: number,
  theta: number,
  scaling?: RopeScaling,
): RopeTables {
  const { cos, sin } = ropeValues(positions, headDim, theta, scaling);
  return { cos: tf.tensor2d(cos, [positions, headDim]), sin: tf.tensor2d(sin, [positions, headDim]) };
}

/** Rotates x `[heads, batch, time, headDim]`; the tables broadcast against it. */
export function rotate(x: tf.Tensor4D, { cos, sin }: RopeTables): tf.Tensor4D {
  return withGradient(
    [x],
    () => ({ value: rotation(x, cos, sin), save: [cos, sin] }),
    (dy, [c, s]) => [rotationBack(dy, c, s)],
  );
}

/*
 * By halves of the last axis: `[a c - b s, b c + a s]`. Reversing halves, as the formula with `rotate_half` has it, takes XLA twice
 * as long.
 */
const rotation = fused('rotate', (x: tf.Tensor4D, cos: tf.Tensor, sin: tf.Tensor): tf.Tensor4D => {
  const [a, b, c, s] = [...halves(x), halves(cos)[0], halves(sin)[1]];
  return tf.concat(
    [tf.sub(tf.mul(a, c), tf.mul(b, s)), tf.add(tf.mul(b, c), tf.mul(a, s))],
    -1,
  ) as tf.Tensor4D;
});

/** The rotation by the opposite angle. */
const rotationBack = fused('rotate_gradient', (dy: tf.Tensor, cos: tf.Tensor, sin: tf.Tensor) => {
  const [a, b, c, s] = [...halves(dy), halves(cos)[0], halves(sin)[1]];
  return tf.concat([tf.add(tf.mul(a, c), tf.mul(b, s)), tf.sub(tf.mul(b, c), tf.mul(a, s))], -1);
});

function halves(x: tf.Tensor): [tf.Tensor, tf.Tensor] {
  return tf.split(x, 2, -1) as [tf.Tensor, tf.Tensor];
}
