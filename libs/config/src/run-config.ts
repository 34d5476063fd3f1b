import type { RunFile, StageFile } from './schema.ts';

export type StageNumber = 1 | 2 | 3;

/** One stage with every default filled in. */
export type StageConfig = Required<Omit<StageFile, 'stage' | 'heldOut'>> &
  Pick<StageFile, 'heldOut'> & { stage: StageNumber };

export type MonitorConfig = RunFile['monitor'];

/** Which trainers will do. */
export type TrainerRequirements = NonNullable<RunFile['gang']['require']>;

/** A run with every default filled in. Plain JSON: it travels through Temporal and gRPC as it is. */
export interface RunConfig {
  name: string;
  seed: number;
  /** Which waiting run gets trainers first: the highest. */
  priority: number;
  /** Checkpoints and results go to `<storage>/<run id>/`. */
  storage: string;
  gang: {
    trainers: number;
    minTrainers: number;
    waitSeconds: number;
    batchShards: number;
    gradientBucketMb: number;
    shardOptimizer: boolean;
    localSteps: number;
    sites: number;
    outerLearningRate: number;
    outerMomentum: number;
    require?: TrainerRequirements;
  };
  model: RunFile['model'];
  data: {
    lanes: number;
    shuffleBuffer: number;
    augmentShift: number;
    maxPartition: { single: number; multiple: number };
    textMaxLength?: number;
  };
  /** Which checkpoints stay. Absent in runs from before there was this setting. */
  checkpoints?: RunFile['checkpoints'];
  /** What is watched. Absent in such runs, too. */
  monitor?: MonitorConfig;
  /** Absent in such runs: a loss that is no number ends the stage. */
  onBadLoss?: RunFile['onBadLoss'];
  stages: [StageConfig, StageConfig, StageConfig];
  evaluation?: { dataset: string; maxNewTokens: number; limit: number };
}

type StageDefaults = Pick<StageConfig, 'format' | 'trainModules' | 'learningRate' | 'warmupRatio'> & {
  checkpointsPerStage: number;
};

/** As published for Ovis 1.0 with Qwen1.5 (specification 5.2). */
const publishedStages: Record<StageNumber, StageDefaults> = {
  1: {
    format: 'caption',
    trainModules: ['visual_tokenizer.re_init_layers', 'visual_tokenizer.head', 'vte'],
    learningRate: 1e-4,
    warmupRatio: 0.1,
    checkpointsPerStage: 10,
  },
  2: {
    format: 'conversation',
    trainModules: ['visual_tokenizer', 'vte'],
    learningRate: 1e-4,
    warmupRatio: 0.1,
    checkpointsPerStage: 5,
  },
  3: {
    format: 'conversation',
    trainModules: ['all'],
    learningRate: 2e-5,
    warmupRatio: 0.05,
    checkpointsPerStage: 5,
  },
};

function isStageNumber(value: number): value is StageNumber {
  return value === 1 || value === 2 || value === 3;
}

function fillStage(file: StageFile): StageConfig {
  const stage = file.stage;
  if (!isStageNumber(stage)) throw new RangeError(`stage ${stage} does not exist`);
  const { checkpointsPerStage, ...published } = publishedStages[stage];
  return {
    captionTemplate: "<image>'s caption: ",
    accumulation: 1,
    schedule: 'cosine',
    clipNorm: 1,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0,
    lossNormalization: 'tokens',
    gradientCompression: 'none',
    packing: 'none',
    maxTau: 5,
    minTau: 0.05,
    activationCheckpointing: false,
    precision: 'fp32',
    checkpointEvery: Math.max(1, Math.round(file.steps / checkpointsPerStage)),
    ...published,
    ...withoutUndefined(file),
    stage,
  };
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

/** Fills every default. Only for files that passed the cross-field checks (three stages in order). */
export function fillDefaults(file: RunFile): RunConfig {
  const [one, two, three] = file.stages;
  if (!one || !two || !three) throw new RangeError('a run has three stages');
  return {
    ...file,
    gang: {
      ...file.gang,
      minTrainers: file.gang.minTrainers ?? file.gang.trainers,
      sites: file.gang.sites ?? (file.gang.localSteps > 1 ? file.gang.trainers : 1),
    },
    data: { ...file.data, lanes: file.data.lanes ?? file.gang.trainers },
    stages: [fillStage(one), fillStage(two), fillStage(three)],
  };
}
