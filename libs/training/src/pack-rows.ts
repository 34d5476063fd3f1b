/*
 * Bin packing: samples into rows of a batch. First-fit decreasing needs at most 11/9 of the least possible number of rows and
 * two thirds of a row (Dosa 2007). Nothing here is random: equal lengths keep their order.
 */

/** Rows of a batch, each with the indices of the samples that share it. */
export type Rows = readonly (readonly number[])[];

/** Samples that share a row, and how long that is. */
export interface PackedRow {
  samples: number[];
  capacity: number;
}

/**
 * First-fit decreasing: the longest sample first, each into the first row with room for it.
 * @param lengths positions of each sample
 * @param capacityFor length of the row that a sample of some length opens; at least that, and no smaller for longer samples
 * @returns rows from the longest to the shortest
 */
export function packRows(lengths: readonly number[], capacityFor: (length: number) => number): PackedRow[] {
  const rows: (PackedRow & { room: number })[] = [];
  const order = lengths.map((_, i) => i).sort((a, b) => lengths[b]! - lengths[a]! || a - b);
  for (const sample of order) {
    const length = lengths[sample]!;
    let row = rows.find(({ room }) => room >= length);
    if (!row) {
      const capacity = capacityFor(length);
      rows.push((row = { samples: [], capacity, room: capacity }));
    }
    row.samples.push(sample);
    row.room -= length;
  }
  return rows.map(({ samples, capacity }) => ({ samples, capacity }));
}

/**
 * Cuts a list into `pieces` consecutive pieces, none empty, with the least sum of costs (dynamic programming over the ends of pieces).
 * @param cost of the piece `[from, to)`; Infinity where it may not be
 * @returns the ends of the pieces, or undefined when there is no such cut
 */
export function cheapestCut(
  size: number,
  pieces: number,
  cost: (from: number, to: number) => number,
): { ends: number[]; cost: number } | undefined {
  let best = [0, ...Array<number>(size).fill(Infinity)];
  const starts: Int32Array[] = [];
  for (let piece = 0; piece < pieces; piece++) {
    const next = Array<number>(size + 1).fill(Infinity);
    const start = new Int32Array(size + 1);
    for (let to = piece + 1; to <= size; to++) {
      for (let from = piece; from < to; from++) {
        const total = best[from]! === Infinity ? Infinity : best[from]! + cost(from, to);
        if (total < next[to]!) [next[to], start[to]] = [total, from];
      }
    }
    starts.push(start);
    best = next;
  }
  if (best[size] === Infinity) return undefined;
  const ends = [size];
  for (let piece = pieces - 1; piece > 0; piece--) ends.unshift(starts[piece]![ends[0]!]!);
  return { ends, cost: best[size]! };
}

/**
 * Deals rows out to `parts` with room for `perPart` rows each, such that the parts have nearly equal loads: the row with the largest load goes
 * to the part with the least so far.
 * @param load of a row, for instance its pictures
 */
export function dealRows(
  rows: Rows,
  parts: number,
  perPart: number,
  load: (row: readonly number[]) => number,
) {
  const dealt = Array.from({ length: parts }, () => ({ rows: [] as (readonly number[])[], load: 0 }));
  const loads = rows.map(load);
  const order = rows.map((_, i) => i).sort((a, b) => loads[b]! - loads[a]! || a - b);
  for (const i of order) {
    const open = dealt.filter((part) => part.rows.length < perPart);
    const part = open.reduce((least, other) => (other.load < least.load ? other : least));
    part.rows.push(rows[i]!);
    part.load += loads[i]!;
  }
  return dealt.map((part): Rows => part.rows);
}
