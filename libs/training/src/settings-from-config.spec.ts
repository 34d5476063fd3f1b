import { parseRunConfig, trainModuleNames } from '@ovis/config';
import { parameterShapes } from '@ovis/model';
import { expect, it } from 'vitest';
import { ovis10 } from '../test/golden.ts';
import { badLossDefaults, monitorDefaults, stageSettings, trainableNames } from './index.ts';
import { checkSettings } from './settings.ts';

const run = parseRunConfig(`
name: tiny
seed: 5
storage: file:///tmp/runs
model: { backbones: file:///tmp/backbones, reinitLayersFrom: 1 }
stages:
  - { stage: 1, dataset: file:///tmp/a.tar, steps: 10, batchSize: 4, learningRate: 0.002 }
  - { stage: 2, dataset: file:///tmp/b.tar, steps: 20, batchSize: 4, accumulation: 2 }
  - { stage: 3, dataset: file:///tmp/c.tar, steps: 30, batchSize: 4, schedule: linear, activationCheckpointing: true, precision: bf16 }
`);

it('takes the settings of a stage from the run file', () => {
  expect(stageSettings(run, 1)).toEqual({
    stage: 1,
    trainModules: ['visual_tokenizer.re_init_layers', 'visual_tokenizer.head', 'vte'],
    reinitLayersFrom: 1,
    totalSteps: 10,
    learningRate: 0.002,
    warmupRatio: 0.1,
    schedule: 'cosine',
    clipNorm: 1,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0,
    accumulation: 1,
    lossNormalization: 'tokens',
    activationCheckpointing: false,
    precision: 'fp32',
    gradientCompression: 'none',
    bucketBytes: 8e6,
    shardOptimizer: false,
    localSteps: 1,
    outerLearningRate: 0.7,
    outerMomentum: 0.9,
    tau: { max: 5, min: 0.05 },
    seed: 5,
    monitor: monitorDefaults,
    badLoss: badLossDefaults,
  });
  // One from before there were these.
  const { monitor: _, ...old } = run;
  expect(stageSettings(old, 1)).not.toHaveProperty('badLoss');
  const off = { ...run, monitor: { ...run.monitor!, enabled: false }, onBadLoss: 'skip' as const };
  expect(stageSettings(off, 1)).toMatchObject({ badLoss: { policy: 'skip', mostSkips: 5 } });
  expect(stageSettings(off, 1)).not.toHaveProperty('monitor');
  expect(stageSettings(run, 2)).toMatchObject({ stage: 2, totalSteps: 20, accumulation: 2 });
  expect(stageSettings(run, 3)).toMatchObject({
    schedule: 'linear',
    trainModules: ['all'],
    activationCheckpointing: true,
    precision: 'bf16',
  });
  for (const stage of [1, 2, 3] as const) checkSettings(stageSettings(run, stage));
});

it('knows every module name that a run file may hold', () => {
  const names = Object.keys(parameterShapes(ovis10.config));
  for (const name of trainModuleNames) {
    expect(trainableNames([name], ovis10.config, names).length, name).toBeGreaterThan(0);
  }
});
