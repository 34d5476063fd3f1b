import type { MonitorThresholds } from './monitor-settings.ts';
import type { Judged, Signature } from './signatures.ts';
import type { StageWarning } from './stage-statistics.ts';

/** Where a signature stands. Plain JSON: part of a checkpoint. */
export interface Episode {
  /** Measurements in a row that showed it, or, once it is a warning, that did not. */
  inARow: number;
  /** Step of the first measurement that showed it. */
  since: number;
  warned: boolean;
}

export type Episodes = Record<string, Episode>;

/** Below this degree a warning is over; between it and 1 it stays as it is. */
const OVER_BELOW = 0.8;

/**
 * Judges one measurement: a signature is a warning, once, when `patience` measurements in a row show it, and over when as many are well below its
 * threshold. Changes `episodes`.
 */
export function judge<S extends Judged>(
  episodes: Episodes,
  signatures: readonly Signature<S>[],
  statistics: S,
  { thresholds, patience }: { thresholds: MonitorThresholds; patience: number },
): StageWarning[] {
  const { step } = statistics;
  return signatures.flatMap(({ name, degree, sees, remedy }) => {
    const now = degree(statistics, thresholds);
    // What is not known, or no number, says nothing.
    if (now === undefined || Number.isNaN(now)) return [];
    const before = episodes[name] ?? { inARow: 0, since: step, warned: false };
    const counts = before.warned ? now < OVER_BELOW : now >= 1;
    const inARow = counts ? before.inARow + 1 : 0;
    const since = before.warned || before.inARow > 0 ? before.since : step;
    const turns = inARow >= patience;
    if (turns && before.warned) delete episodes[name];
    else if (turns) episodes[name] = { inARow: 0, since, warned: true };
    else if (inARow > 0 || before.warned) episodes[name] = { inARow, since, warned: before.warned };
    else delete episodes[name];
    if (!turns) return [];
    const message = before.warned
      ? `gone again: ${sees(statistics, thresholds)}`
      : `${sees(statistics, thresholds)}, since step ${since}`;
    return [{ signature: name, step, since, message, remedy, over: before.warned }];
  });
}
