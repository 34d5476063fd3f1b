import { toBfloat16, toFloat32 } from '../backend/bfloat16.ts';
import { tf } from '../tf.ts';

/** What matrix products compute in. `bf16`: operands and results rounded to bfloat16, their sums are float32. */
export type Precision = 'fp32' | 'bf16';

let current: Precision = 'fp32';

/**
 * Runs `fn` with the products of `linear` and `attend`, and of their gradients, in this precision (mixed precision as in Micikevicius
 * et al. 2018, which for bfloat16 needs no loss scaling): weights, activations between products, norms, softmax and the loss
 * stay float32, so the weights that an optimizer updates are the float32 ones. Take the gradients inside `fn`.
 *
 * See `deviceHasBfloat16` for whether it pays; on WASM everything is float32.
 */
export function withPrecision<R>(precision: Precision, fn: () => R): R {
  const before = current;
  current = precision;
  try {
    return fn();
  } finally {
    current = before;
  }
}

/** Products in the precision of the moment at which it was made, for gradients that are computed later. */
export interface Products {
  precision: Precision;
  /** What a product's operand is rounded to; keep this one for the backward pass, it is half as large. */
  operand<T extends tf.Tensor>(x: T): T;
  /** `a b`, transposed where asked; a float32 tensor. */
  matMul<T extends tf.Tensor>(a: T, b: T, transposeA?: boolean, transposeB?: boolean): T;
}

export function products(): Products {
  if (current === 'fp32') return { precision: 'fp32', operand: (x) => x, matMul: tf.matMul };
  const operand = <T extends tf.Tensor>(x: T) => toBfloat16(x) as T;
  return {
    precision: 'bf16',
    operand,
    matMul: <T extends tf.Tensor>(a: T, b: T, transposeA = false, transposeB = false) =>
      toFloat32(tf.matMul(operand(a), operand(b), transposeA, transposeB)) as T,
  };
}
