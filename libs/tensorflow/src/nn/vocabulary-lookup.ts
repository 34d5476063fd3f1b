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
  /** Default `auto`: see {@link chooseLookup}. */
  form?: 'auto' | 'plain' | 'chunked';
  /** Words per chunk of the chunked form; see {@link chooseLookup}. */
  chunk?: number;
  /** Chunks that are computed side by side; default 2. Part of the arithmetic, so not by the threads. */
  lanes?: number;
  /** What `auto` lets the plain form take besides inputs and results; default 128 MiB. */
  memoryBudget?: number;
}

const MIB = 2 ** 20;
/** What a chunk's largest matrix may take: the memory of the chunked form is a few of these. */
const CHUNK_BYTES = 4 * MIB;
/** Fewer would make long graphs of small products. */
const SMALLEST_CHUNK = 2048;
const DEFAULT_BUDGET = 128 * MIB;
const LANES = 2;
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
  const choice = chooseLookup({ n, d, words, width }, o);
  return choice.form === 'plain' ? plainLookup(inputs) : chunkedLookup(inputs, choice.chunk, choice.lanes);
}

/**
 * The form and the chunk that a look-up of these sizes takes.
 *
 * `auto` is plain where its matrices `5 [n, K]` fit into the budget, else chunked: small vocabularies are plain, the paper's
 * 131072 words are chunked from 52 tokens on. It is a rule about memory, not about speed: the chunked form is the slower one,
 * a little with n at 2 d and above, more below, where its two products of `K x d x d` weigh (n 144, d 256: 95 GFLOP against 58).
 * Whoever has the memory raises the budget. Always plain on WASM, which has no memory for large vocabularies.
 *
 * The default chunk keeps the largest matrices of the chunks under way, `[chunk, max(n, d, D)]`, at 4 MiB, but has at least 2048 words.
 */
export function chooseLookup(
  { n, d, words, width }: Record<'n' | 'd' | 'words' | 'width', number>,
  { form = 'auto', chunk, lanes = LANES, memoryBudget = DEFAULT_BUDGET }: LookupOptions = {},
): { form: 'plain' | 'chunked'; chunk: number; lanes: number } {
  const fits = !nativeBackend() || PLAIN_MATRICES * 4 * n * words <= memoryBudget;
  return {
    form: form === 'auto' ? (fits ? 'plain' : 'chunked') : form,
    chunk: chunk ?? Math.max(SMALLEST_CHUNK, Math.floor(CHUNK_BYTES / lanes / 4 / Math.max(n, d, width))),
    lanes,
  };
}
