import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  applyOverrides,
  parseRunConfig,
  parseTrainModule,
  runConfigJsonSchema,
  RunConfigError,
} from './index.ts';

const icons = readFileSync(new URL('../fixtures/icons.yaml', import.meta.url), 'utf8');

/** The message for `icons` after replacing one piece of its text; fails when the piece is not there or nothing is wrong. */
function messageAfter(from: string, to: string): string {
  if (!icons.includes(from)) throw new Error(`fixture has no '${from}'`);
  try {
    parseRunConfig(icons.replace(from, to), { file: 'run.yaml' });
  } catch (error) {
    if (error instanceof RunConfigError) return error.message;
    throw error;
  }
  throw new Error('no problem was found');
}

describe('parseRunConfig', () => {
  it('shows where a forgotten bracket begins and ends, not every line in between', () => {
    const lines = messageAfter('stages:', 'stages: [').split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^run.yaml:14:12: /);
    expect(lines[2]).toMatch(/^run.yaml:21:109: /);
  });

  it('keeps all checkpoints unless it is told which', () => {
    expect(parseRunConfig(icons).checkpoints).toEqual({
      metric: 'loss',
      patienceMinutes: 10,
      waitSeconds: 2,
    });
    const { checkpoints } = parseRunConfig(`${icons}\ncheckpoints: { keepLast: 3, keepBest: 1 }\n`);
    expect(checkpoints).toEqual({
      keepLast: 3,
      keepBest: 1,
      metric: 'loss',
      patienceMinutes: 10,
      waitSeconds: 2,
    });
    expect(() => parseRunConfig(`${icons}\ncheckpoints: { keep: 3 }\n`)).toThrow('checkpoints.keep');
  });

  it('watches and stops at a bad loss unless it is told otherwise', () => {
    expect(parseRunConfig(icons)).toMatchObject({ onBadLoss: 'stop', monitor: { enabled: true, every: 50 } });
    const told = parseRunConfig(icons, { overrides: ['onBadLoss=skip', 'monitor.deadShare=0.7'] });
    expect(told).toMatchObject({ onBadLoss: 'skip', monitor: { deadShare: 0.7, patience: 3 } });
    expect(() => parseRunConfig(`${icons}\nonBadLoss: ignore\n`)).toThrow('onBadLoss');
  });

  it('fills the defaults of each stage as published', () => {
    const config = parseRunConfig(icons);
    expect(config.stages.map((stage) => stage.trainModules)).toEqual([
      ['visual_tokenizer.re_init_layers', 'visual_tokenizer.head', 'vte'],
      ['visual_tokenizer', 'vte'],
      ['all'],
    ]);
    expect(config.stages.map((stage) => stage.warmupRatio)).toEqual([0.1, 0.1, 0.05]);
    expect(config.stages.map((stage) => stage.format)).toEqual(['caption', 'conversation', 'conversation']);
    expect(config.stages.map((stage) => stage.checkpointEvery)).toEqual([100, 60, 60]);
    expect(config.stages[0]).toMatchObject({
      captionTemplate: "<image>'s caption: ",
      learningRate: 2e-3,
      accumulation: 1,
      schedule: 'cosine',
      clipNorm: 1,
      weightDecay: 0,
      lossNormalization: 'tokens',
      activationCheckpointing: false,
      precision: 'fp32',
      gradientCompression: 'none',
      packing: 'none',
      maxTau: 5,
      minTau: 0.05,
    });
    expect(config.evaluation?.dataset).toBe('s3://ovis/data/icons/eval/heldout-{000000..000003}.tar');
  });

  it('derives lanes and minTrainers from the number of trainers', () => {
    const text = icons.replace(
      'gang: { trainers: 2, minTrainers: 1, waitSeconds: 60 }',
      'gang: { trainers: 4 }',
    );
    const config = parseRunConfig(text.replace('lanes: 4, ', ''));
    expect(config.gang).toEqual({
      trainers: 4,
      minTrainers: 4,
      waitSeconds: 60,
      batchShards: 2,
      gradientBucketMb: 8,
      shardOptimizer: false,
      localSteps: 1,
      sites: 1,
      outerLearningRate: 0.7,
      outerMomentum: 0.9,
    });
    expect(config.data.lanes).toBe(4);
  });

  it('takes every trainer for a site when they take local steps, unless it is told otherwise', () => {
    const withGang = (gang: string) =>
      parseRunConfig(icons.replace('gang: { trainers: 2, minTrainers: 1, waitSeconds: 60 }', `gang: ${gang}`))
        .gang;
    expect(withGang('{ trainers: 4, localSteps: 50 }')).toMatchObject({ localSteps: 50, sites: 4 });
    expect(withGang('{ trainers: 4, localSteps: 50, sites: 2 }')).toMatchObject({ sites: 2 });
    expect(withGang('{ trainers: 4, shardOptimizer: true, gradientBucketMb: 25 }')).toMatchObject({
      shardOptimizer: true,
      gradientBucketMb: 25,
      sites: 1,
    });
  });

  it('knows how pictures are cut into tiles and texts are cut', () => {
    expect(parseRunConfig(icons).data.maxPartition).toEqual({ single: 9, multiple: 1 });
    expect(parseRunConfig(icons).data.textMaxLength).toBeUndefined();
    const text = icons.replace('data: { ', 'data: { textMaxLength: 421, maxPartition: { multiple: 4 }, ');
    expect(parseRunConfig(text).data).toMatchObject({
      textMaxLength: 421,
      maxPartition: { single: 9, multiple: 4 },
    });
  });

  it('takes modules with a learning rate of their own', () => {
    const modules = ['all', 'vte:1e-4', 'visual_tokenizer.backbone.layer.-1:2.5e-5'];
    const text = icons.replace('checkpointEvery: 100', `trainModules: ${JSON.stringify(modules)}`);
    expect(parseRunConfig(text).stages[0].trainModules).toEqual(modules);
    expect(modules.map(parseTrainModule)).toEqual([
      { name: 'all' },
      { name: 'vte', learningRate: 1e-4 },
      { name: 'visual_tokenizer.backbone.layer.-1', learningRate: 2.5e-5 },
    ]);
  });

  it('survives a trip through JSON', () => {
    const config = parseRunConfig(icons);
    expect(JSON.parse(JSON.stringify(config))).toEqual(config);
  });

  it.each([
    ['steps: 400', 'step: 400', "run.yaml:16:5: stages.0.step: unknown key; did you mean 'steps'?"],
    [
      'learningRate: 2.0e-3',
      'learning_rate: 1',
      "run.yaml:18:5: stages.0.learning_rate: unknown key; did you mean 'learningRate'?",
    ],
    ['seed: 17', 'seed: many', "run.yaml:2:7: seed: expected a number, found the text 'many'"],
    ['seed: 17', 'seed: 1.5', 'run.yaml:2:7: seed: expected a whole number, found number 1.5'],
    ['steps: 400', 'steps: 0', 'run.yaml:16:12: stages.0.steps: must be at least 1; found number 0'],
    [
      'storage: s3://ovis/runs',
      'storage: ./runs',
      "run.yaml:3:10: storage: must be a URL like 's3://bucket/prefix'",
    ],
    ['tokenizeFunction: softmax', 'tokenizeFunction: sofmax', "did you mean 'softmax'?"],
    [
      'data: { lanes: 4',
      'data: { lanes: 3',
      'run.yaml:12:16: data.lanes: is 3, not a multiple of gang.trainers (2)',
    ],
    [
      'minTrainers: 1',
      'minTrainers: 3',
      'run.yaml:4:35: gang.minTrainers: is 3, more than gang.trainers (2)',
    ],
    [
      'shuffleBuffer: 256',
      'maxPartition: { single: 0 }',
      'run.yaml:12:43: data.maxPartition.single: must be at least 1; found number 0',
    ],
    [
      'shuffleBuffer: 256',
      'maxPartition: { several: 4 }',
      'run.yaml:12:35: data.maxPartition.several: unknown key',
    ],
    ['  - stage: 2', '  - stage: 3', 'run.yaml:13:1: stages: must be exactly three'],
    [
      'checkpointEvery: 100',
      'accumulation: 3',
      'run.yaml:17:16: stages.0.batchSize: is 32, not divisible by data.lanes x accumulation (4 x 3 = 12); for example 36',
    ],
    [
      'checkpointEvery: 100',
      'trainModules: [vte, visual_tokeniser]',
      "run.yaml:19:25: stages.0.trainModules.1: unknown module 'visual_tokeniser'; did you mean 'visual_tokenizer'?",
    ],
    [
      'checkpointEvery: 100',
      'trainModules: [all, "vte:fast"]',
      "stages.0.trainModules.1: 'vte:fast' has no learning rate above 0 behind the colon",
    ],
    ['checkpointEvery: 100', 'packing: row', "did you mean 'rows'?"],
    ['checkpointEvery: 100', 'gradientCompression: int4', "did you mean 'int8'?"],
    [
      'minTrainers: 1',
      'localSteps: 10, sites: 3',
      'gang.sites: is 3, which does not divide gang.trainers (2)',
    ],
    ['minTrainers: 1', 'sites: 2', 'gang.sites: is 2, but with gang.localSteps 1 there are none'],
    [
      'minTrainers: 1',
      'shardOptimizer: true, localSteps: 10',
      'gang.shardOptimizer: is true with gang.localSteps 10',
    ],
    ['minTrainers: 1', 'localSteps: 0', 'gang.localSteps: must be at least 1'],
    ['checkpointEvery: 100', 'minTau: 6', 'run.yaml:19:13: stages.0.minTau: minTau is 6, above maxTau (5)'],
    ['    steps: 400\n', '', 'run.yaml:14:5: stages.0.steps: is missing; a number is required'],
    ['seed: 17', 'seed: 17\nseed: 18', 'run.yaml:3:1: Map keys must be unique'],
  ])('%j -> %j is an error with its place', (from, to, expected) => {
    expect(messageAfter(from, to)).toContain(expected);
  });

  it('does not compress the gradients of an optimizer that is shared out', () => {
    const text = icons.replace('minTrainers: 1', 'shardOptimizer: true');
    expect(() => parseRunConfig(text.replace('checkpointEvery: 100', 'gradientCompression: bf16'))).toThrow(
      "stages.0.gradientCompression: is 'bf16' with gang.shardOptimizer",
    );
  });

  it('lists all problems in file order', () => {
    const text = icons.replace('seed: 17', 'sead: 17').replace('steps: 400', 'steps: -1');
    expect(() => parseRunConfig(text)).toThrow(/^run.yaml:2:1: sead.*\nrun.yaml:16:12: stages.0.steps/);
  });

  it('explains a file that is no map', () => {
    expect(() => parseRunConfig('hello')).toThrow('is not a run file');
    expect(() => parseRunConfig('')).toThrow('is not a run file');
  });

  it('applies overrides before the defaults', () => {
    const config = parseRunConfig(icons, {
      overrides: ['stages.1.steps=10', 'seed=3', 'stages.2.trainModules=[vte]'],
    });
    expect(config.stages[1]).toMatchObject({ steps: 10, checkpointEvery: 2 });
    expect(config.seed).toBe(3);
    expect(config.stages[2].trainModules).toEqual(['vte']);
  });

  it('names the override that is wrong', () => {
    expect(() => parseRunConfig(icons, { overrides: ['stages.0.stps=1'] })).toThrow(
      "--set 'stages.0.stps=1': unknown key 'stages.0.stps'; did you mean 'steps'?",
    );
    expect(() => parseRunConfig(icons, { overrides: ['stages.3.steps=1'] })).toThrow('entries 0 to 2');
    expect(() => parseRunConfig(icons, { overrides: ['steps'] })).toThrow('path=value');
    expect(() => parseRunConfig(icons, { overrides: ['seed=x'] })).toThrow('(from --set seed=x)');
  });
});

describe('applyOverrides', () => {
  it('changes a copy and checks it', () => {
    const config = parseRunConfig(icons);
    const changed = applyOverrides(config, ['stages.0.steps=10']);
    expect(changed.stages[0].steps).toBe(10);
    expect(changed.stages[0].checkpointEvery).toBe(100);
    expect(config.stages[0].steps).toBe(400);
    expect(() => applyOverrides(config, ['gang.trainers=3'])).toThrow('data.lanes');
  });
});

describe('runConfigJsonSchema', () => {
  it('knows the keys, which of them are required, and refuses others', () => {
    const schema = runConfigJsonSchema();
    expect(schema).toMatchObject({
      required: ['name', 'storage', 'model', 'stages'],
      additionalProperties: false,
    });
    expect(JSON.stringify(schema)).toContain('learningRate');
    expect(schema).toHaveProperty('properties.data.properties.maxPartition.properties.multiple.default', 1);
    expect(schema).toHaveProperty('properties.data.properties.textMaxLength.description');
  });
});
