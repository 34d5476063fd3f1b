import { readFileSync } from 'node:fs';
import { tf } from '../tf.ts';

/** Floats of a row that is a multiple of a page: column by column, all rows fall into the same few lines of the first cache. */
const PAGE = 1024;
/** With fewer columns than this oneDNN's AVX2 kernels read the matrices where they lie; with more they pack them first. */
const PACKED = 384;
/** Columns that break the pattern: one line of the cache. */
const EXTRA = 16;
/** Of smaller products the copy is no gain. */
const LEAST_ROWS = 128;

/**
 * `a^T b`, the product that makes the gradient of a weight, where one of the two has rows of whole pages and the other is
 * narrow: oneDNN's kernels for AVX2 then reach half of their speed (docs/LOG.md), and a copy with a few more columns of
 * zeros costs little. What belongs to them in the result is cut off: rows without a copy.
 * @param product `a^T b`
 * @param applies whether the processor is of that kind
 * @returns undefined where there is nothing to gain
 */
export function paddedProduct(
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  product: (a: tf.TensorInfo, b: tf.TensorInfo) => tf.Tensor,
  applies = hasOnlyAvx2(),
): tf.Tensor | undefined {
  const [rows, m] = a.shape as [number, number];
  const n = b.shape[1]!;
  const wide = (x: number, other: number) => x % PAGE === 0 && other < PACKED;
  if (!applies || rows < LEAST_ROWS || !(wide(m, n) || wide(n, m))) return undefined;
  const padded = (x: tf.TensorInfo) => tf.concat([x as tf.Tensor2D, tf.zeros([rows, EXTRA])], 1);
  const whole = wide(m, n) ? product(padded(a), b) : product(a, padded(b));
  return tf.slice(whole, [0, 0], [m, n]);
}

let onlyAvx2: boolean | undefined;

/** Linux tells; elsewhere nothing was measured. */
function hasOnlyAvx2(): boolean {
  if (onlyAvx2 !== undefined) return onlyAvx2;
  try {
    const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '';
    return (onlyAvx2 = /\bavx2\b/.test(flags) && !/\bavx512f\b/.test(flags));
  } catch {
    return (onlyAvx2 = false);
  }
}
