import type { Unit } from './bench-case.ts';
import type { CaseResult, FormResult } from './result.ts';

const HEADER = [
  'case',
  'ours',
  'peer',
  'unit',
  'ratio',
  'ratio best',
  'ratio CPU',
  'cores',
  'spread',
  'ours is',
  'peer is',
];

/** The results as aligned columns; a note line under cases that could not be compared. */
export function table(results: readonly CaseResult[]): string {
  const rows = results.map((r) => [
    r.case,
    amount(r.ours, r.unit),
    amount(r.peer, r.unit),
    r.unit === 'bytes' ? 'MB' : r.unit,
    r.ratio?.toFixed(2) ?? '-',
    r.ratioBest?.toFixed(2) ?? '-',
    r.ratioCpu?.toFixed(2) ?? '-',
    [r.oursCores, r.peerCores].map((cores) => cores?.toFixed(1) ?? '-').join(' / '),
    [r.oursSpread, r.peerSpread].map(percent).join(' / '),
    r.oursVariant ?? '',
    r.peerName,
  ]);
  const widths = HEADER.map((title, i) =>
    Math.max(...[title, ...rows.map((row) => row[i]!)].map((c) => c.length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (i >= 1 && i <= 2 ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd();
  const notes = results.flatMap((r) => [
    ...(r.error ? [`${r.case}: ${r.error}`] : []),
    ...(r.oursCpuPerGb ? [`${r.case}: CPU s/GB ${r.oursCpuPerGb} / ${r.peerCpuPerGb ?? '-'}`] : []),
    ...(r.forms ?? []).flatMap((form) => (form.error ? [leftOut(r, form)] : [])),
  ]);
  return [line(HEADER), line(widths.map((w) => '-'.repeat(w))), ...rows.map(line), ...notes].join('\n');
}

/** The machine-readable form, on one line. */
export function json(results: readonly CaseResult[]): string {
  return JSON.stringify({ cases: results });
}

/** A form that did not run, and the end of its reason: there stands what a Python program died of. */
function leftOut(result: CaseResult, { side, form, error = '' }: FormResult): string {
  const reason = error.trim().split('\n');
  const last = reason.length > 1 ? ` ... ${reason.at(-1)!.trim()}` : '';
  return `${result.case}: ${side === 'ours' ? 'our' : "the peer's"} form '${form}' was left out: ${reason[0]}${last}`;
}

function amount(value: number | null, unit: Unit): string {
  if (value === null) return '-';
  const shown = unit === 'bytes' ? value / 1e6 : value;
  return shown >= 100 ? shown.toFixed(0) : shown.toPrecision(3);
}

function percent(spread: number | null): string {
  return spread === null ? '-' : `${Math.round(spread * 100)} %`;
}
