import type { ChaosResult } from './chaos.ts';
import type { FaultReport } from './inject.ts';

const seconds = (value: number | null) => (value === null ? '-' : `${value.toFixed(2)} s`);

export const heading = row(['at', 'fault', 'detected', 'recovered', 'steps lost', 'outcome']);

function row([at = '', kind = '', detected = '', recovered = '', lost = '', outcome = '']: string[]): string {
  return `${at.padStart(6)}  ${kind.padEnd(18)} ${detected.padStart(9)} ${recovered.padStart(10)} ${lost.padStart(10)}  ${outcome}`;
}

/** A fault as a line of the table, and what struck whom. */
export function faultLines(report: FaultReport): string[] {
  const { kind, what, atS, stage, step, detectedAfterS, recoveredAfterS, stepsLost, outcome, wrong } = report;
  const cells = [`${Math.round(atS)} s`, kind, seconds(detectedAfterS), seconds(recoveredAfterS)];
  const place = what === '' ? '' : `; ${what}, at stage ${stage} step ${step}`;
  return [
    row([...cells, String(stepsLost), `${outcome}${place}`]),
    ...wrong.map((problem) => `        WRONG: ${problem}`),
  ];
}

/** What a run of chaos must not have. */
export function problemsOf(result: ChaosResult): string[] {
  const { faults, samplesLost, samplesRepeated, stepsMissing, stepsWithOtherSamples } = result;
  const problems = faults.flatMap(({ kind, wrong }) => wrong.map((problem) => `${kind}: ${problem}`));
  if (samplesLost > 0) problems.push(`${samplesLost} samples were lost`);
  if (samplesRepeated > 0) problems.push(`${samplesRepeated} samples were seen once too often`);
  if (stepsMissing > 0) problems.push(`${stepsMissing} steps are missing`);
  if (stepsWithOtherSamples > 0) problems.push(`${stepsWithOtherSamples} steps trained on other samples`);
  if (!result.finalLossEqual)
    problems.push(`losses differ by up to ${result.largestLossDifference.toExponential(1)} (relative)`);
  if (!result.weightsEqual) problems.push('the weights or moments at the end are others');
  return problems;
}

export function closingLines(result: ChaosResult): string[] {
  const { faults, samplesLost, samplesRepeated, finalLossEqual, weightsEqual, ettr, steps } = result;
  const losses = finalLossEqual ? 'equal bit for bit' : 'DIFFERENT';
  const weights = weightsEqual ? 'equal (SHA-256 of every file)' : 'DIFFERENT';
  const took = `${result.referenceS.toFixed(1)} s undisturbed, ${result.chaosS.toFixed(1)} s with ${faults.length} faults`;
  return [
    '',
    `samples     ${samplesLost} lost, ${samplesRepeated} repeated, over ${steps} steps as the trainers wrote them down`,
    `losses      ${losses}: every step of every stage against the undisturbed run`,
    `weights     ${weights}`,
    `ETTR        ${ettr.toFixed(3)}: ${took} (a fault every ${Math.round(result.everyS)} s)`,
    ...problemsOf(result).map((problem) => `FAILED      ${problem}`),
  ];
}
