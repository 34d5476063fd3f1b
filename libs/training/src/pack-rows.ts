/*
 * Bin packing: samples into rows of a batch. First-fit decreasing needs at most 11/9 of the least possible number of rows and
 * two thirds of a row (Dosa 2007). Nothing here is random: equal lengths keep their order.
 */

/** Rows of a batch, each with the indices of the samples that share it. */
export type Rows = readonly (readonly number[])[];

/**
 * First-fit decreasing: the longest sample first, each into the first row with room for it.
 * @param lengths positions of each sample, none above `capacity`
 */
export function packRows(lengths: readonly number[], capacity: number): number[][] {
  const rows: { samples: number[]; room: number }[] = [];
  const order = lengths.map((_, i) => i).sort((a, b) => lengths[b]! - lengths[a]! || a - b);
  for (const sample of order) {
    const length = lengths[sample]!;
    let row = rows.find(({ room }) => room >= length);
    if (!row) rows.push((row = { samples: [], room: capacity }));
    row.samples.push(sample);
    row.room -= length;
  }
  return rows.map(({ samples }) => samples);
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
