import type { StageEventInput, StageStatisticsInput } from '@ovis/protocol';
import type { Logger } from '@ovis/telemetry';
import type { HeldOutReport, StageStatistics, StageWarning, StepReport } from '@ovis/training';

interface Telling {
  emit: (event: StageEventInput) => void;
  log: Logger;
}

/** Tells the controller and the log what was seen of the visual tokens and of bad losses in a step. */
export function tellWhatIsSeen(
  stage: number,
  { step, statistics, warnings = [], bad }: Pick<StepReport, 'step' | 'statistics' | 'warnings' | 'bad'>,
  { emit, log }: Telling,
): void {
  if (statistics) {
    emit({ statistics: asMessage(statistics) });
    log.info(statistics, 'visual tokens');
  }
  tellWarnings(stage, warnings, { emit, log });
  // One that waits comes to something, or to nothing.
  if (bad?.action !== 'skip' && bad?.action !== 'rollback') return;
  const what =
    bad.action === 'skip' ? 'the update was left out' : 'the stage goes back to its last checkpoint';
  const message = `${bad.message}: ${what}`;
  const remedy = 'If it comes again, lower learningRate or raise warmupRatio, and look for broken samples.';
  emit({ warning: { signature: 'bad-loss', step, since: step, message, remedy, over: false } });
  log.warn({ remedy }, `stage ${stage}, step ${step}: ${message}`);
}

/** The same of an evaluation of the held-out samples. */
export function tellHeldOut(
  stage: number,
  { step, heldOutLoss, trainLoss, samples, ms, warnings }: HeldOutReport & { samples: number },
  { emit, log }: Telling,
): void {
  emit({ heldOut: { step, loss: heldOutLoss, trainLoss, samples, ms } });
  log.info({ step, heldOutLoss, trainLoss, samples, ms }, 'held-out samples');
  tellWarnings(stage, warnings, { emit, log });
}

function tellWarnings(stage: number, warnings: readonly StageWarning[], { emit, log }: Telling): void {
  for (const warning of warnings) {
    const { signature, step, message, remedy, over } = warning;
    emit({ warning });
    const text = `stage ${stage}, step ${step}: ${signature}: ${message}`;
    if (over) log.info(text);
    else log.warn({ remedy }, text);
  }
}

function asMessage({ effectiveWords, ...flat }: StageStatistics): StageStatisticsInput {
  const { mean, median, least } = effectiveWords;
  return {
    ...flat,
    effectiveWordsMean: mean,
    effectiveWordsMedian: median,
    effectiveWordsLeast: least,
  };
}
