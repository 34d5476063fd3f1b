import { nativeBackend } from '../engine/init-engine.ts';
import type { tf } from '../tf.ts';
import { chunkedLookup } from './vocabulary-lookup-chunked.ts';
import { keptLookup } from './vocabulary-lookup-kept.ts';
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

export type LookupForm = 'plain' | 'kept-2' | 'kept-1' | 'chunked';

export interface LookupOptions {
  /** Default `auto`: see {@link chooseLookup}. */
  form?: 'auto' | LookupForm;
  /** Words per chunk; see {@link chooseLookup}. */
  chunk?: number;
  /** Chunks that are computed side by side; default 2. Part of the arithmetic, so not by the threads. */
  lanes?: number;
  /** What `auto` lets matrices `[n, K]` take. Default: an eighth of what head and table take, at least 64 MiB. */
  memoryBudget?: number;
}

const MIB = 2 ** 20;
/** What a chunk's largest matrix may take: all else than the kept matrices is a few of these. */
const CHUNK_BYTES = 4 * MIB;
/** Fewer words would make long graphs of small products. */
const SMALLEST_CHUNK = { chunked: 2048, kept: 1024 };
const SMALLEST_BUDGET = 64 * MIB;
const LANES = 2;
/** Matrices `[n, K]` that the plain form holds at its peak, and what they may take. */
const PLAIN_MATRICES = 5;
const PLAIN_BYTES = 16 * MIB;

/**
 * The visual look-up: `softmax(layerNorm(x head^T)) table`, `[n, D]` (paper eq. 3 and 4 with the head's LayerNorm over the K
 * words). Differentiable in `x`, `head`, `normWeight`, `normBias` and `table`; all forms give exact gradients.
 *
 * | form      | matrices `[n, K]` at its peak | products                                            |
 * | --------- | ----------------------------- | --------------------------------------------------- |
 * | `plain`   | five                          | six                                                 |
 * | `kept-2`  | two, the rest in chunks       | six                                                 |
 * | `kept-1`  | one, the rest in chunks       | seven: the scores again in the backward pass        |
 * | `chunked` | none: all in chunks           | seven, and two of `K x d x d` in place of the moments of scores that nobody holds |
 *
 * The forms in chunks go through memory less often: `kept-2` is the fastest from a few thousand words on, `chunked` is slower than
 * the plain form where n is below d only.
 *
 * Rounding: in float32 all are within 2e-5 (of the largest entry) of the float64 definition, value and gradients, also
 * with a common offset of three times their spread on the head's rows (vocabulary-lookup.spec.ts).
 */
export function vocabularyLookup(inputs: LookupInputs, o: LookupOptions = {}): tf.Tensor2D {
  const [n, d] = inputs.x.shape;
  const [words, width] = inputs.table.shape;
  const choice = chooseLookup({ n, d, words, width }, o);
  if (choice.form === 'plain') return plainLookup(inputs);
  if (choice.form === 'chunked') return chunkedLookup(inputs, choice.chunk, choice.lanes);
  return keptLookup(inputs, choice.form === 'kept-2' ? 2 : 1, choice.chunk, choice.lanes);
}

/**
 * The form and the chunk that a look-up of these sizes takes.
 *
 * `auto` is `plain` where that is small (and on WASM, which has no memory for large vocabularies), else the fastest whose kept matrices
 * fit into the budget. With the paper's 131072 words, d 1024 and D 4096 that is `kept-2` up to 320 tokens, `kept-1` up to 640.
 * The choice depends on sizes alone and not on the machine, since the forms round differently.
 *
 * The default chunk keeps the largest matrices of the chunks under way, `[chunk, max(n, d, D)]`, at 4 MiB, but has at least 1024 or 2048 words.
 */
export function chooseLookup(
  { n, d, words, width }: Record<'n' | 'd' | 'words' | 'width', number>,
  { form = 'auto', chunk, lanes = LANES, memoryBudget }: LookupOptions = {},
): { form: LookupForm; chunk: number; lanes: number } {
  const matrix = 4 * n * words;
  const budget = memoryBudget ?? Math.max(SMALLEST_BUDGET, (4 * words * (d + width)) / 8);
  const small = !nativeBackend() || PLAIN_MATRICES * matrix <= PLAIN_BYTES;
  const fastest = 2 * matrix <= budget ? 'kept-2' : matrix <= budget ? 'kept-1' : 'chunked';
  const chosen = form === 'auto' ? (small ? 'plain' : fastest) : form;
  const smallest = SMALLEST_CHUNK[chosen === 'chunked' ? 'chunked' : 'kept'];
  return {
    form: chosen,
    chunk: chunk ?? Math.max(smallest, Math.floor(CHUNK_BYTES / lanes / 4 / Math.max(n, d, width))),
    lanes,
  };
}
