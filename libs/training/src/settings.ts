import type { Precision } from '@ovis/tensorflow';
import type { GradientCompression } from './collective.ts';
import type { AdamWSettings } from './adamw.ts';
import { StageError } from './errors.ts';
import type { BadLossSettings } from './monitors/bad-loss-settings.ts';
import type { MonitorSettings } from './monitors/monitor-settings.ts';
import type { Schedule } from './schedule.ts';

/** How a stage trains. A stage of a run file (`StageConfig` of `@ovis/config`) has most of these under the same names. */
export interface StageSettings extends AdamWSettings {
  stage: 1 | 2 | 3;
  /** Names of spec 5.1; `vte:1e-4` gives a module a peak rate of its own. */
  trainModules: readonly string[];
  /** Stage 1: ViT blocks from here on start from new random weights (spec 2.2); negative counts from the end. */
  reinitLayersFrom?: number;
  /** Optimizer steps. */
  totalSteps: number;
  /** Peak rate. */
  learningRate: number;
  warmupRatio: number;
  schedule: Schedule['kind'];
  /** Micro-batches per optimizer step and rank. */
  accumulation: number;
  /**
   * 'tokens': the loss is the mean over all learned tokens of all ranks and micro-batches, so it does not depend on how
   * the batch is split. 'microbatch': the mean of the micro-batches' means, as the official training of 1.0 and 1.5 does (spec 12.14).
   * 'microbatch-sum': the loss is the same mean, but the gradient is the sum over a rank's micro-batches, `accumulation` times as large, as with
   * the transformers 4.46 of Ovis 1.6 and 2: it matters for clipping alone.
   */
  lossNormalization: 'tokens' | 'microbatch' | 'microbatch-sum';
  /** Compute transformer blocks again in the backward pass instead of keeping what it needs: less memory, a third more work. */
  activationCheckpointing: boolean;
  /** Of matrix products; 'bf16' on a device without it is 'fp32'. */
  precision: Precision;
  /** gumbel_argmax: temperature of the first step, and what it falls to linearly over the stage (spec 5.4). Default: 5 and 0.05. */
  tau?: { max: number; min: number };
  /** How gradients travel between trainers, or outer gradients between sites; default 'none'. A trainer alone sends none. */
  gradientCompression?: GradientCompression;
  /** Gradients are exchanged in buckets of about so many bytes. Default 8 MiB. */
  bucketBytes?: number;
  /** Exchange buckets while the backward pass still runs. Default true; the result is the same. */
  overlap?: boolean;
  /** Each trainer keeps the moments of its part of the parameters alone (ZeRO-1). Default false. */
  shardOptimizer?: boolean;
  /** Steps that a site takes by itself before the sites average what they have learned (DiLoCo). Default 1: never by itself. */
  localSteps?: number;
  /** Of the outer optimizer between sites. Default 0.7 and 0.9. */
  outerLearningRate?: number;
  outerMomentum?: number;
  /** Of the re-initialisation and of gumbel_argmax's noise. */
  seed: number;
  /** Statistics of the visual tokens and what is a warning. Default: none are taken. */
  monitor?: MonitorSettings;
  /** What happens when a loss is no number or explodes. Default: a loss that is no number ends the stage, nothing else is looked at. */
  badLoss?: BadLossSettings;
}

/** The stage's schedule in the terms of {@link Schedule}, for a peak rate. */
export function scheduleOf(settings: StageSettings, peak = settings.learningRate): Schedule {
  return {
    kind: settings.schedule,
    baseLr: peak,
    warmupRatio: settings.warmupRatio,
    totalSteps: settings.totalSteps,
  };
}

/** @throws StageError BAD_SETTINGS naming the first setting out of range. */
export function checkSettings(settings: StageSettings): void {
  const rules: [keyof StageSettings, boolean, string][] = [
    ['totalSteps', atLeast(settings.totalSteps, 1), 'a whole number of at least 1'],
    ['accumulation', atLeast(settings.accumulation, 1), 'a whole number of at least 1'],
    ['learningRate', settings.learningRate >= 0, 'at least 0'],
    ['warmupRatio', settings.warmupRatio >= 0 && settings.warmupRatio <= 1, 'between 0 and 1'],
    ['clipNorm', settings.clipNorm > 0, 'above 0'],
    ['beta1', settings.beta1 >= 0 && settings.beta1 < 1, 'at least 0 and below 1'],
    ['beta2', settings.beta2 >= 0 && settings.beta2 < 1, 'at least 0 and below 1'],
    ['epsilon', settings.epsilon > 0, 'above 0'],
    ['weightDecay', settings.weightDecay >= 0, 'at least 0'],
    ['bucketBytes', (settings.bucketBytes ?? 1) > 0, 'above 0'],
    ['localSteps', atLeast(settings.localSteps ?? 1, 1), 'a whole number of at least 1'],
    [
      'shardOptimizer',
      !settings.shardOptimizer || (settings.localSteps ?? 1) === 1,
      'false with localSteps above 1: moments stay with each site',
    ],
    [
      'gradientCompression',
      !settings.shardOptimizer || (settings.gradientCompression ?? 'none') === 'none',
      "'none' with shardOptimizer",
    ],
    [
      'tau',
      !settings.tau || (settings.tau.min > 0 && settings.tau.min <= settings.tau.max),
      'max >= min > 0',
    ],
  ];
  const wrong = rules.find(([, ok]) => !ok);
  if (!wrong) return;
  const [key, , range] = wrong;
  throw new StageError(
    'BAD_SETTINGS',
    `Stage ${settings.stage}: ${key} is ${JSON.stringify(settings[key])}.`,
    `Set it to ${range}.`,
  );
}

function atLeast(value: number, least: number): boolean {
  return Number.isInteger(value) && value >= least;
}
