import { monitorSchema } from '@ovis/config';
import type { MonitorConfig, RunConfig, StageNumber } from '@ovis/config';
import type { BadLossSettings } from './monitors/bad-loss-settings.ts';
import type { MonitorSettings } from './monitors/monitor-settings.ts';
import type { StageSettings } from './settings.ts';

/** The settings of one stage of a run file. */
export function stageSettings(run: RunConfig, stage: StageNumber): StageSettings {
  const config = run.stages[stage - 1]!;
  const { trainModules, learningRate, warmupRatio, schedule, clipNorm, weightDecay } = config;
  const { beta1, beta2, epsilon, accumulation, lossNormalization, activationCheckpointing, precision } =
    config;
  return {
    stage,
    trainModules,
    reinitLayersFrom: run.model.reinitLayersFrom,
    totalSteps: config.steps,
    learningRate,
    warmupRatio,
    schedule,
    clipNorm,
    beta1,
    beta2,
    epsilon,
    weightDecay,
    accumulation,
    lossNormalization,
    activationCheckpointing,
    precision,
    gradientCompression: config.gradientCompression,
    bucketBytes: run.gang.gradientBucketMb * 1e6,
    shardOptimizer: run.gang.shardOptimizer,
    localSteps: run.gang.localSteps,
    outerLearningRate: run.gang.outerLearningRate,
    outerMomentum: run.gang.outerMomentum,
    tau: { max: config.maxTau, min: config.minTau },
    seed: run.seed,
    ...(run.monitor?.enabled && { monitor: monitorSettings(run.monitor) }),
    ...(run.monitor && { badLoss: badLossSettings(run.monitor, run.onBadLoss) }),
  };
}

function monitorSettings(monitor: MonitorConfig): MonitorSettings {
  const { every, warmupRatio, patience, saturatedAbove, deadBelow, usageTokens } = monitor;
  const thresholds = {
    saturated: monitor.saturatedShare,
    deadWords: monitor.deadShare,
    variance: monitor.leastVariance,
    cosine: monitor.mostCosine,
    gap: monitor.mostGap,
  };
  return { every, warmupRatio, patience, saturatedAbove, deadBelow, usageTokens, thresholds };
}

function badLossSettings(
  monitor: MonitorConfig,
  policy: BadLossSettings['policy'] = 'stop',
): BadLossSettings {
  const { lossFactor, gradNormFactor, badSteps: steps, mostSkips, mostRollbacks } = monitor;
  return { policy, lossFactor, gradNormFactor, steps, mostSkips, mostRollbacks };
}

/** Of a run file that says nothing else. */
export const monitorDefaults: MonitorSettings = monitorSettings(monitorSchema.parse({}));
export const badLossDefaults: BadLossSettings = badLossSettings(monitorSchema.parse({}));
