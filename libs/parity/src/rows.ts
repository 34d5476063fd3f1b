import { limitOf, type Tolerance } from './tolerances.ts';

export type Verdict = 'ok' | 'differs' | 'missing';

/** One comparison: a tensor, or a number or list of a JSON file. */
export interface ParityRow {
  /** The part of the case, for instance `forward` or `stage2`. */
  check: string;
  /** Name of the tensor, or `file: field`. */
  tensor: string;
  /** Of the golden value; `[]` for a single number. */
  shape: number[];
  /** Largest absolute difference; NaN where there is one on either side, or nothing to compare. */
  maxAbs: number;
  /** `maxAbs` as a share of the golden tensor's largest magnitude. */
  maxRel: number;
  /** What `maxAbs` may be at most. */
  limit: number;
  verdict: Verdict;
  /** Why, where the numbers do not say it. */
  note?: string;
}

/** A golden value: row-major numbers and their shape. */
export interface Golden {
  data: ArrayLike<number>;
  shape: readonly number[];
}

/** Collects the rows of one check. */
export class Rows {
  readonly check: string;
  readonly all: ParityRow[] = [];
  private readonly done = new Set<string>();

  constructor(check: string) {
    this.check = check;
  }

  has(tensor: string): boolean {
    return this.done.has(tensor);
  }

  add(row: Omit<ParityRow, 'check'>): ParityRow {
    const full = { check: this.check, ...row };
    this.all.push(full);
    this.done.add(row.tensor);
    return full;
  }

  /** Compares numbers; another number of them than the golden value has is a difference. */
  compare(
    tensor: string,
    golden: Golden,
    actual: ArrayLike<number> | undefined,
    tolerance: Tolerance,
  ): ParityRow {
    const shape = [...golden.shape];
    if (!actual) return this.missing(tensor, shape, 'the model does not produce it');
    const { maxAbs, maxRel, largest } = difference(actual, golden.data);
    const limit = limitOf(tolerance, largest);
    if (actual.length !== golden.data.length) {
      const note = `${actual.length} values here, ${golden.data.length} in the golden data`;
      return this.add({ tensor, shape, maxAbs: NaN, maxRel: NaN, limit, verdict: 'differs', note });
    }
    const verdict = maxAbs <= limit ? 'ok' : 'differs';
    const note = Number.isNaN(maxAbs) ? 'not a number' : undefined;
    return this.add({ tensor, shape, maxAbs, maxRel, limit, verdict, ...(note && { note }) });
  }

  number(tensor: string, golden: number, actual: number | undefined, tolerance: Tolerance): ParityRow {
    return this.compare(
      tensor,
      { data: [golden], shape: [] },
      actual === undefined ? undefined : [actual],
      tolerance,
    );
  }

  /** Lists of ids that must be the same. The note names the first place where they are not. */
  exact(tensor: string, golden: Golden, actual: ArrayLike<number> | undefined): ParityRow {
    const row = this.compare(tensor, golden, actual, { absolute: 0 });
    if (row.verdict === 'differs' && actual && !row.note) {
      const at = Array.from(golden.data).findIndex((value, i) => value !== actual[i]);
      row.note = `first at ${at}: ${actual[at]} here, ${golden.data[at]} in the golden data`;
    }
    return row;
  }

  /** Sets of names that must be the same. */
  names(tensor: string, golden: readonly string[], actual: readonly string[]): ParityRow {
    const missing = golden.filter((name) => !actual.includes(name));
    const extra = actual.filter((name) => !golden.includes(name));
    const wrong = missing.length + extra.length;
    const some = (what: string, names: string[]) =>
      names.length === 0 ? [] : [`${what} here: ${names.slice(0, 3).join(', ')}`];
    return this.add({
      tensor,
      shape: [golden.length],
      maxAbs: wrong,
      maxRel: wrong / Math.max(1, golden.length),
      limit: 0,
      verdict: wrong === 0 ? 'ok' : 'differs',
      ...(wrong > 0 && { note: [...some('missing', missing), ...some('not expected', extra)].join('; ') }),
    });
  }

  text(tensor: string, golden: string, actual: string): ParityRow {
    const same = golden === actual;
    const at = [...golden].findIndex((char, i) => char !== [...actual][i]);
    const note = `first at character ${at < 0 ? golden.length : at}`;
    const wrong = same ? 0 : 1;
    return this.add({
      tensor,
      shape: [golden.length],
      maxAbs: wrong,
      maxRel: wrong,
      limit: 0,
      verdict: same ? 'ok' : 'differs',
      ...(!same && { note }),
    });
  }

  missing(tensor: string, shape: number[], note: string): ParityRow {
    return this.add({ tensor, shape, maxAbs: NaN, maxRel: NaN, limit: 0, verdict: 'missing', note });
  }
}

/** Largest difference of two lists (NaN when any number is), alone and as a share of the largest expected magnitude. */
export function difference(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
): { maxAbs: number; maxRel: number; largest: number } {
  let maxAbs = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const value = expected[i] as number;
    // The same infinity (pixels of pictures without quarters) is no difference.
    const apart = actual[i] === value ? 0 : Math.abs((actual[i] as number) - value);
    // Once NaN, it stays: no comparison with NaN is true.
    if (!(apart <= maxAbs)) maxAbs = Number.isNaN(maxAbs) ? NaN : apart;
    if (Math.abs(value) > largest) largest = Math.abs(value);
  }
  return { maxAbs, maxRel: maxAbs === 0 ? 0 : maxAbs / Math.max(largest, Number.MIN_VALUE), largest };
}

/** The largest magnitude in a list; NaN when any number is. */
export function magnitude(data: ArrayLike<number>): number {
  return difference(data, new Float32Array(data.length)).maxAbs;
}
