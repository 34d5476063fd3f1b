import type { CaseTensors } from '../case/files.ts';
import { difference, type Rows } from '../rows.ts';
import { MOVES, ROUNDING_OF_GRADIENTS, TOLERANCES } from '../tolerances.ts';

export interface WeightsComparison {
  /** Tensors of the stage's file: `final.NAME` is the state after the official stage. */
  stored: CaseTensors;
  /** All parameters before the stage and after ours, under the names of the case. */
  initial: CaseTensors;
  actual: CaseTensors;
  /** Parameters whose gradient is noise. */
  noisy: ReadonlySet<string>;
  /** Learning rate of each step. */
  rates: readonly number[];
  /** Golden gradients of the first step, where the case has them. */
  gradients?: CaseTensors;
}

/** Every parameter after a stage; those that are not stored must be as before, bit by bit. */
export function compareWeights(rows: Rows, w: WeightsComparison): void {
  const stored = new Set<string>();
  for (const [tensor, golden] of Object.entries(w.stored)) {
    if (!tensor.startsWith('final.')) continue;
    const name = tensor.slice('final.'.length);
    stored.add(name);
    const actual = w.actual[name]?.data;
    if (w.noisy.has(name)) {
      rows.compare(tensor, golden, actual, { absolute: noiseBound(w.rates) });
      continue;
    }
    const noise =
      actual && entriesOfNoise(actual, golden.data, w.gradients?.[name]?.data, noiseBound(w.rates));
    const compared = noise ? withEntries(actual, golden.data, noise) : actual;
    const row = rows.compare(tensor, golden, compared, TOLERANCES.parameter);
    if (noise)
      row.note = `${noise.length} entries whose gradient is rounding are compared with twice their largest move`;
    if (row.verdict !== 'ok') continue;
    const share = shareOfMoves(compared!, golden.data, w.initial[name]?.data ?? []);
    if (share >= MOVES.share) continue;
    row.verdict = 'differs';
    row.note = `only ${(100 * share).toFixed(2)} % of the entries moved as in the golden data`;
  }
  const others = Object.keys(w.initial).filter((name) => !stored.has(name));
  const changed = others.filter(
    (name) => difference(w.actual[name]?.data ?? [], w.initial[name]!.data).maxAbs !== 0,
  );
  const row = rows.names(
    'parameters that stay',
    others,
    others.filter((name) => !changed.includes(name)),
  );
  if (changed.length > 0) row.note = `moved here: ${changed.slice(0, 3).join(', ')}`;
}

/**
 * Entries that may differ more than others: their golden gradient is below what float32 loses in this tensor's gradient, and Adam makes a
 * full move of it (spec 12.8). Undefined when there are none, or when one differs by more than two moves.
 */
function entriesOfNoise(
  actual: ArrayLike<number>,
  golden: ArrayLike<number>,
  gradient: ArrayLike<number> | undefined,
  bound: number,
): number[] | undefined {
  if (!gradient || gradient.length !== golden.length || actual.length !== golden.length) return undefined;
  let largest = 0;
  for (let i = 0; i < gradient.length; i++) largest = Math.max(largest, Math.abs(gradient[i]!));
  const apart = (i: number) => Math.abs(actual[i]! - golden[i]!);
  const entries = Array.from({ length: golden.length }, (_, i) => i).filter(
    (i) =>
      Math.abs(gradient[i]!) < ROUNDING_OF_GRADIENTS * largest && apart(i) > TOLERANCES.parameter.absolute,
  );
  return entries.length > 0 && entries.every((i) => apart(i) <= bound) ? entries : undefined;
}

/** `actual` with the golden value at some entries. */
function withEntries(
  actual: ArrayLike<number>,
  golden: ArrayLike<number>,
  entries: readonly number[],
): Float32Array {
  const copy = Float32Array.from(actual);
  for (const i of entries) copy[i] = golden[i]!;
  return copy;
}

/** Share of the entries whose error is small against the parameter's largest move. */
function shareOfMoves(
  actual: ArrayLike<number>,
  golden: ArrayLike<number>,
  before: ArrayLike<number>,
): number {
  const largest = difference(golden, before).maxAbs;
  let close = 0;
  for (let i = 0; i < golden.length; i++) {
    if (Math.abs(actual[i]! - golden[i]!) <= MOVES.ofLargestMove * largest) close++;
  }
  return close / golden.length;
}

/** Adam turns a gradient of noise into moves of any sign, of at most about `rate * sqrt(step)` each: two runs may differ by twice that. */
function noiseBound(rates: readonly number[]): number {
  return 2 * rates.reduce((sum, rate, i) => sum + rate * Math.sqrt(i + 1), 0);
}
