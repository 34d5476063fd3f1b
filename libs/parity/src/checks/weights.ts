import type { CaseTensors } from '../case/files.ts';
import { difference, type Rows } from '../rows.ts';
import { MOVES, TOLERANCES } from '../tolerances.ts';

export interface WeightsComparison {
  /** Golden names with `final.` in front. */
  names: readonly string[];
  /** Before the stage, after the official stage and after ours; all under golden names. */
  initial: CaseTensors;
  final: CaseTensors;
  actual: CaseTensors;
  /** Parameters whose gradient is noise. */
  noisy: ReadonlySet<string>;
  /** Learning rate of each step. */
  rates: readonly number[];
}

/** Every parameter after a stage; those that are not stored must be as before, bit by bit. */
export function compareWeights(rows: Rows, w: WeightsComparison): void {
  const stored = new Set<string>();
  for (const tensor of w.names) {
    const name = tensor.slice('final.'.length);
    stored.add(name);
    const golden = w.final[name];
    if (!golden) continue;
    const actual = w.actual[name]?.data;
    if (w.noisy.has(name)) {
      rows.compare(tensor, golden, actual, { absolute: noiseBound(w.rates) });
      continue;
    }
    const row = rows.compare(tensor, golden, actual, TOLERANCES.parameter);
    if (row.verdict !== 'ok') continue;
    const share = shareOfMoves(actual!, golden.data, w.initial[name]!.data);
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
