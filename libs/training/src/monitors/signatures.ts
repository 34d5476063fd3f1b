import type { MonitorThresholds } from './monitor-settings.ts';
import type { StageStatistics } from './stage-statistics.ts';

/** What may be known of a stage when it is judged. */
export type Judged = StageStatistics | HeldOutStatistics;

/** Loss on samples that are not trained on, beside that of the last steps. */
export interface HeldOutStatistics {
  step: number;
  heldOutLoss: number;
  trainLoss: number;
  gap: number;
}

/** A way in which training goes wrong, how it is seen, and what helps. */
export interface Signature<S extends Judged = never> {
  name: string;
  /** How far it has come: 1 at the threshold, more beyond it; undefined where this cannot be told. */
  degree(s: S, t: MonitorThresholds): number | undefined;
  /** What is seen, with numbers. */
  sees(s: S, t: MonitorThresholds): string;
  remedy: string;
}

/** Usage tells of single words only with so many times more mass than words, see `StageStatistics.coverage`. */
const LEAST_COVERAGE = 4;

/** Of the visual tokens, the words and their embeddings. */
export const tokenSignatures: readonly Signature<StageStatistics>[] = [
  {
    name: 'saturation',
    degree: (s, t) => s.saturated / t.saturated,
    sees: (s) =>
      `${percent(s.saturated)} of the visual tokens are one word each (effective words: mean ${digits(s.effectiveWords.mean)}, median ${digits(s.effectiveWords.median)} of ${s.words}; the head's LayerNorm spreads logits by ${digits(s.logitScale)})`,
    remedy:
      "Lower the visual head's rate (trainModules: 'visual_tokenizer.head:RATE', a tenth to begin with) or clipNorm, and go on from a checkpoint before this step; a LayerNorm weight (head.1) far above 3 is the cause, not the pictures. With gumbel_argmax raise minTau.",
  },
  {
    name: 'dead-words',
    degree: (s, t) => (s.coverage < LEAST_COVERAGE ? undefined : s.deadWords / t.deadWords),
    sees: (s) =>
      `${percent(s.deadWords)} of the ${s.words} visual words get next to no probability any more (effective words per token: mean ${digits(s.effectiveWords.mean)})`,
    remedy:
      "Choose a smaller model.visualVocabSize for this amount of data, or lower the visual head's rate beside that of the table (trainModules: ['visual_tokenizer.head:RATE', vte]) so that words are not given up before they mean something; more kinds of pictures help, too.",
  },
  {
    name: 'collapse',
    degree: (s, t) =>
      Math.max(
        t.variance / Math.max(s.variance, 1e-12),
        (1 - t.cosine) / Math.max(1 - (s.cosine || 0), 1e-12),
      ),
    sees: (s) =>
      `the visual embeddings of different pictures are nearly the same: ${percent(s.variance)} of their square is variance, mean cosine ${digits(s.cosine)}, ${digits(s.dimensions)} directions`,
    remedy:
      "Lower learningRate or raise warmupRatio and go on from a checkpoint before this step; in stage 1 check what is re-initialised (model.reinitLayersFrom) and that 'vte' is trained; check that the pictures differ and reach the model (ovis inspect --images).",
  },
];

/** Of what is not trained on. */
export const heldOutSignatures: readonly Signature<HeldOutStatistics>[] = [
  {
    name: 'overfitting',
    degree: (s, t) => s.gap / t.gap,
    sees: (s) =>
      `the loss on held-out samples is ${digits(s.heldOutLoss)}, ${digits(s.gap)} above that of training (${digits(s.trainLoss)})`,
    remedy:
      'Use a smaller model.visualVocabSize, more or more varied data, fewer steps or a lower learningRate, data.augmentShift; the checkpoint with the lowest held-out loss is the one to go on from.',
  },
];

/** For people. */
export function digits(value: number): string {
  return Number(value.toPrecision(3)).toString();
}

export function percent(share: number): string {
  return `${digits(100 * share)} %`;
}
