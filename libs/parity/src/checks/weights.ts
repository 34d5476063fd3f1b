import type { CaseTensors } from '../case/files.ts';
import { difference, magnitude, type Rows } from '../rows.ts';
import { MOVES, ROUNDING_OF_GRADIENTS, TOLERANCES } from '../tolerances.ts';

export interface WeightsComparison {
  /** Tensors of the stage's file: `final.NAME` is the state after the official stage. */
  stored: CaseTensors;
  /** All parameters before the stage and after ours, under the names of the case. */
  initial: CaseTensors;
  actual: CaseTensors;
  /** Parameters whose gradient is noise. */
  noisy: ReadonlySet<string>;
  /** The name of the head when it is the embedding table. */
  tiedHead?: string;
  /** Learning rate of each step. */
  rates: readonly number[];
  /** This implementation's gradients at `initial`, one record per step; only asked for when an entry is out of tolerance. */
  gradients: () => readonly CaseTensors[];
}

/** Every parameter after a stage; those that are not stored must be as before, bit by bit. */
export function compareWeights(rows: Rows, w: WeightsComparison): void {
  const stored = new Set<string>();
  const bound = noiseBound(w.rates);
  let gradients: readonly CaseTensors[] | undefined;
  for (const [tensor, golden] of Object.entries(w.stored)) {
    if (!tensor.startsWith('final.')) continue;
    const name = tensor.slice('final.'.length);
    stored.add(name);
    const actual = w.actual[name]?.data;
    if (w.noisy.has(name)) {
      rows.compare(tensor, golden, actual, { absolute: bound });
      continue;
    }
    const before = w.initial[name]?.data ?? [];
    let compared = actual;
    let noise: number[] = [];
    if (actual && !isClose(actual, golden.data, before)) {
      gradients ??= w.gradients();
      const steps = gradients.map((step) => step[name]?.data ?? []);
      noise = entriesOfNoise(actual, golden.data, { before, steps, bound });
      compared = withEntries(actual, golden.data, noise);
    }
    const row = rows.compare(tensor, golden, compared, TOLERANCES.parameter);
    if (noise.length > 0)
      row.note = `${noise.length} entries whose gradient is rounding are compared with twice their largest move`;
    if (row.verdict !== 'ok') continue;
    const share = shareOfMoves(compared!, golden.data, before);
    if (share >= MOVES.share) continue;
    row.verdict = 'differs';
    row.note = `only ${(100 * share).toFixed(2)} % of the entries moved as in the golden data`;
  }
  compareOthers(rows, w, stored);
}

function compareOthers(rows: Rows, w: WeightsComparison, stored: ReadonlySet<string>): void {
  // A tied head is its table: files that do not store it a second time say nothing else of it.
  const others = Object.keys(w.initial).filter((name) => !stored.has(name) && name !== w.tiedHead);
  const changed = others.filter((name) => {
    const { maxAbs } = difference(w.actual[name]?.data ?? [], w.initial[name]!.data);
    return w.noisy.has(name) ? !(maxAbs <= noiseBound(w.rates)) : maxAbs !== 0;
  });
  const row = rows.names(
    'parameters that stay',
    others,
    others.filter((name) => !changed.includes(name)),
  );
  if (changed.length > 0) row.note = `moved here: ${changed.slice(0, 3).join(', ')}`;
}

function isClose(actual: ArrayLike<number>, golden: ArrayLike<number>, before: ArrayLike<number>): boolean {
  if (actual.length !== golden.length) return false;
  const { maxAbs } = difference(actual, golden);
  return maxAbs <= TOLERANCES.parameter.absolute && shareOfMoves(actual, golden, before) >= MOVES.share;
}

/**
 * Entries that may differ by two moves, those that do more than others may: in every step their gradient is below what float32 loses in
 * this tensor's gradient, though not zero in all (which moves nothing), so that Adam makes full moves of rounding (spec 12.8).
 */
function entriesOfNoise(
  actual: ArrayLike<number>,
  golden: ArrayLike<number>,
  o: { before: ArrayLike<number>; steps: readonly ArrayLike<number>[]; bound: number },
): number[] {
  if (actual.length !== golden.length || o.steps.some(({ length }) => length !== golden.length)) return [];
  const limits = o.steps.map((gradient) => ROUNDING_OF_GRADIENTS * magnitude(gradient));
  const close = Math.min(TOLERANCES.parameter.absolute, MOVES.ofLargestMove * largestMove(golden, o.before));
  return Array.from(golden, (_, i) => i).filter((i) => {
    const apart = Math.abs(actual[i]! - golden[i]!);
    return (
      apart > close &&
      apart <= o.bound &&
      o.steps.every((gradient, step) => Math.abs(gradient[i]!) <= limits[step]!) &&
      o.steps.some((gradient) => gradient[i] !== 0)
    );
  });
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
  const limit = MOVES.ofLargestMove * largestMove(golden, before);
  let close = 0;
  for (let i = 0; i < golden.length; i++) if (Math.abs(actual[i]! - golden[i]!) <= limit) close++;
  return close / golden.length;
}

function largestMove(golden: ArrayLike<number>, before: ArrayLike<number>): number {
  return difference(golden, before).maxAbs;
}

/** Adam turns a gradient of noise into moves of any sign, of at most about `rate * sqrt(step)` each: two runs may differ by twice that. */
function noiseBound(rates: readonly number[]): number {
  return 2 * rates.reduce((sum, rate, i) => sum + rate * Math.sqrt(i + 1), 0);
}
