import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configChanges, meaningOfChanges, type GoesOnAt } from './changes.ts';
import { applyOverrides, parseRunConfig } from './parse.ts';

const fixtures = new URL('../fixtures/', import.meta.url);
const config = parseRunConfig(readFileSync(new URL('icons.yaml', fixtures), 'utf8'));
const inside: GoesOnAt = { stage: 2, inside: true, step: 100, fresh: false };

function effects(overrides: string[], at: GoesOnAt = inside): Record<string, string> {
  const changes = configChanges(config, applyOverrides(config, overrides));
  return Object.fromEntries(meaningOfChanges(changes, at).map(({ path, effect }) => [path, effect]));
}

describe('configChanges', () => {
  it('lists keys with old and new value, and nothing else', () => {
    const changed = applyOverrides(config, ['stages.1.learningRate=5e-4', 'gang.minTrainers=2']);
    expect(configChanges(config, changed)).toEqual([
      { path: 'gang.minTrainers', before: config.gang.minTrainers, after: 2 },
      { path: 'stages.1.learningRate', before: config.stages[1].learningRate, after: 5e-4 },
    ]);
    expect(configChanges(config, applyOverrides(config, []))).toEqual([]);
  });

  it('sees keys that come and go, and takes a list as one value', () => {
    const changed = {
      ...applyOverrides(config, ['stages.2.trainModules=[vte]']),
      evaluation: undefined,
    };
    expect(configChanges(config, changed).map(({ path }) => path)).toEqual([
      'stages.2.trainModules',
      'evaluation.dataset',
      'evaluation.maxNewTokens',
      'evaluation.limit',
    ]);
  });
});

describe('meaningOfChanges', () => {
  it('inside a stage: rates may change, what the state is made of may not', () => {
    expect(
      effects([
        'stages.1.learningRate=5e-4',
        'stages.1.steps=900',
        'stages.1.batchSize=64',
        'stages.1.trainModules=[vte]',
        'seed=5',
        'data.shuffleBuffer=7',
        'data.augmentShift=1',
        'model.visualVocabSize=64',
        'priority=3',
      ]),
    ).toEqual({
      seed: 'refused',
      priority: 'applies',
      'model.visualVocabSize': 'refused',
      'data.shuffleBuffer': 'refused',
      'data.augmentShift': 'warn',
      'stages.1.trainModules': 'refused',
      'stages.1.learningRate': 'applies',
      'stages.1.steps': 'applies',
      'stages.1.batchSize': 'warn',
    });
  });

  it('a gang may exchange otherwise, with a warning where that is other arithmetic', () => {
    expect(effects(['gang.localSteps=20', 'gang.gradientBucketMb=4', 'gang.waitSeconds=5'])).toMatchObject({
      'gang.localSteps': 'warn',
      'gang.gradientBucketMb': 'warn',
      'gang.waitSeconds': 'applies',
    });
  });

  it('fewer steps than are done cannot be', () => {
    expect(effects(['stages.1.steps=99'])['stages.1.steps']).toBe('refused');
  });

  it('stages that are done do not change, later ones begin with the new values', () => {
    expect(effects(['stages.0.steps=7', 'stages.2.batchSize=64'])).toMatchObject({
      'stages.0.steps': 'none',
      'stages.2.batchSize': 'later',
    });
  });

  it('at the beginning of a stage everything of it may change, and of the model only before the first', () => {
    const begins = { stage: 1, inside: false, step: 0, fresh: true } as const;
    const overrides = ['stages.0.trainModules=[vte]', 'seed=5', 'model.visualVocabSize=64'];
    expect(new Set(Object.values(effects(overrides, begins)))).toEqual(new Set(['applies']));
    expect(effects(overrides, { ...begins, stage: 2, fresh: false })).toMatchObject({
      'stages.0.trainModules': 'none',
      'model.visualVocabSize': 'refused',
    });
  });

  it('what is watched may change at any time', () => {
    const overrides = ['onBadLoss=skip', 'monitor.every=10', 'stages.1.heldOut=s3://ovis/data/heldout.tar'];
    expect(new Set(Object.values(effects(overrides)))).toEqual(new Set(['applies']));
  });

  it('the storage is where the checkpoints are', () => {
    expect(effects(['storage=s3://elsewhere/runs']).storage).toBe('refused');
  });
});
