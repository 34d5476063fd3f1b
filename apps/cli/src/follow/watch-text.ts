import type { StageHeldOut, StageStatistics, StageWarning } from '@ovis/protocol';
import { loss } from '../format.ts';

/** What a look at the visual tokens brought, in a line. */
export function tokensText(s: StageStatistics): string {
  const words = `${digits(s.effectiveWordsMean)} words per visual token (median ${digits(s.effectiveWordsMedian)} of ${s.words})`;
  return `step ${s.step}: ${words}, ${percent(s.saturated)} saturated, ${percent(s.deadWords)} of the words dead, embeddings vary by ${percent(s.variance)}`;
}

export function heldOutText({ step, loss: heldOut, trainLoss, samples }: StageHeldOut): string {
  return `step ${step}: held-out loss ${loss(heldOut)} of ${samples} samples, training ${loss(trainLoss)}`;
}

/** A warning and what helps; one line when it is over. */
export function warningLines({ signature, step, message, remedy, over }: StageWarning): string[] {
  if (over) return [`step ${step}: ${signature}: ${message}`];
  return [`warning at step ${step}: ${signature}: ${message}`, `  fix: ${remedy}`];
}

function digits(value: number): string {
  return Number(value.toPrecision(3)).toString();
}

function percent(share: number): string {
  return `${digits(100 * share)} %`;
}
