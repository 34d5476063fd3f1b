import type { RunConfig, StageNumber } from '@ovis/config';
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
  };
}
