import { nativeBackend } from '../engine/init-engine.ts';
import type { tf } from '../tf.ts';
import { chunkedLookup } from './vocabulary-lookup-chunked.ts';
import { plainLookup } from './vocabulary-lookup-plain.ts';

export interface LookupInputs {
  /** `[n, d]`: patch features. */
  x: tf.Tensor2D;
  /** `[K, d]`: the visual head. */
  head: tf.Tensor2D;
  /** `[K]` */
  normWeight: tf.Tensor;
  /** `[K]` */
  normBias: tf.Tensor;
  eps: number;
  /** `[K, D]`: the visual embedding table. */
  table: tf.Tensor2D;
}

export interface LookupOptions {
  /** Default `auto`: see {@link chooseLookupForm}. */
  form?: 'auto' | 'plain' | 'chunked';
  /** Words per chunk of the chunked form; the default keeps its largest matrix at 4 MiB, but has at least 2048. */
  chunk?: number;
  /** What `auto` lets the plain form take besides inputs and results; default 512 MiB. */
  memoryBudget?: number;
}

const MIB = 2 ** 20;
/** Large enough for fast matrix products, small enough for TensorFlow's allocator to reuse without new pages. */
const CHUNK_BYTES = 4 * MIB;
/** Fewer would make long graphs of small products. */
const SMALLEST_CHUNK = 2048;
const DEFAULT_BUDGET = 512 * MIB;
/** Matrices `[n, K]` that the plain form holds at its peak. */
const PLAIN_MATRICES = 5;

/**
 * The visual look-up: `softmax(layerNorm(x head^T)) table`, `[n, D]` (paper eq. 3 and 4 with the head's LayerNorm over the K
 * words). Differentiable in `x`, `head`, `normWeight`, `normBias` and `table`; both forms give exact gradients.
 *
 * - `plain` holds about five matrices `[n, K]` at its peak.
 * - `chunked` goes through the words in chunks with a running maximum and sum and computes them again in the backward pass: it
 *   holds a few matrices `[max(n, d, D), chunk]`. It takes seven matrix products where the plain form takes six, and two
 *   of `K x d x d` (the moments of the LayerNorm without logits, and their part in the head's gradient), so it costs
 *   little time where n is well above d, and half as much again and more where n is below d.
 *
 * Rounding: in float32 both forms are within 2e-5 (of the largest entry) of the float64 definition, value and gradients, also
 * with a common offset of three times their spread on the head's rows (vocabulary-lookup.spec.ts).
 */
export function vocabularyLookup(inputs: LookupInputs, o: LookupOptions = {}): tf.Tensor2D {
  const [n, d] = inputs.x.shape;
  const [words, width] = inputs.table.shape;
  const { form = 'auto' } = o;
  const chosen = form === 'auto' ? chooseLookupForm({ n, d, words }, o.memoryBudget) : form;
  if (chosen === 'plain') return plainLookup(inputs);
  return chunkedLookup(
    inputs,
    o.chunk ?? Math.max(SMALLEST_CHUNK, Math.floor(CHUNK_BYTES / 4 / Math.max(n, d, width))),
  );
}

/**
 * What `auto` does: plain where its matrices `5 [n, K]` fit into the budget and n is below 2 d, where the products of the
 * chunked form cost more than the plain form's passes through memory. Small vocabularies (up to 8192 words) are always plain,
 * and so is everything on WASM, which has no memory for large ones.
 */
export function chooseLookupForm(
  { n, d, words }: { n: number; d: number; words: number },
  memoryBudget = DEFAULT_BUDGET,
): 'plain' | 'chunked' {
  if (!nativeBackend()) return 'plain';
  const fits = PLAIN_MATRICES * 4 * n * words <= memoryBudget;
  return fits && (n < 2 * d || words <= 8192) ? 'plain' : 'chunked';
}
