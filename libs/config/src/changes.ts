import type { RunConfig, StageNumber } from './run-config.ts';

/** A key whose value is another one now. */
export interface ConfigChange {
  /** For instance `stages.1.learningRate`. */
  path: string;
  before: unknown;
  after: unknown;
}

/** What a change means to a run that goes on. */
export interface ChangeMeaning extends ConfigChange {
  effect: 'applies' | 'later' | 'none' | 'warn' | 'refused';
  /** For people: what happens, or why it cannot. */
  why: string;
}

/** Where a run goes on. */
export interface GoesOnAt {
  stage: StageNumber | 'evaluation';
  /** Inside the stage: with its optimizer, schedule and place in the data. */
  inside: boolean;
  /** Steps of the stage that are done. */
  step: number;
  /** Nothing was trained yet: the model is built anew. */
  fresh: boolean;
}

/** All keys with different values, in the order of the config; defaults count as values. */
export function configChanges(before: RunConfig, after: RunConfig): ConfigChange[] {
  const [old, now] = [flatten(before), flatten(after)];
  const paths = [...new Set([...old.keys(), ...now.keys()])];
  return paths
    .filter((path) => JSON.stringify(old.get(path)) !== JSON.stringify(now.get(path)))
    .map((path) => ({ path, before: old.get(path), after: now.get(path) }));
}

/** What each change means to a run that goes on there. */
export function meaningOfChanges(changes: readonly ConfigChange[], at: GoesOnAt): ChangeMeaning[] {
  return changes.map((change) => ({ ...change, ...meaning(change, at) }));
}

/** Keys of a stage that may change on its way: they decide how it goes on, not what its state means. */
const steering = new Set([
  'learningRate',
  'warmupRatio',
  'schedule',
  'clipNorm',
  'beta1',
  'beta2',
  'epsilon',
  'weightDecay',
  'maxTau',
  'minTau',
  'checkpointEvery',
  'precision',
  'activationCheckpointing',
  'gradientCompression',
  'heldOut',
]);
/** Keys of a stage that may change, but then it is no longer the same training. */
const doubtful: Record<string, string> = {
  batchSize: 'steps have another number of samples from here on, at the same rate',
  accumulation: 'the same samples are cut into other micro-batches: losses differ by rounding',
  packing: 'the same samples are laid out otherwise: losses differ by rounding',
};
const tied: Record<string, string> = {
  dataset: 'the place in the data is one of the shards it was taken of',
  format: 'samples would be read otherwise in the middle of the stage',
  captionTemplate: 'samples would be read otherwise in the middle of the stage',
  trainModules: "the optimizer's state is that of the trained modules",
  lossNormalization: 'it is part of the state of the stage',
};

type Meaning = Pick<ChangeMeaning, 'effect' | 'why'>;

function meaning({ path, before, after }: ConfigChange, at: GoesOnAt): Meaning {
  const [top = '', second = '', third = ''] = path.split('.');
  if (path === 'storage') return { effect: 'refused', why: "the run's checkpoints are there" };
  if (path === 'name') return { effect: 'none', why: 'the run keeps its id' };
  if (top === 'gang' || path === 'priority')
    return (at.inside && gangMeaning(second)) || { effect: 'applies', why: 'for the next gang' };
  if (top === 'evaluation') return { effect: 'later', why: 'for the evaluation' };
  if (top === 'monitor' || top === 'onBadLoss')
    return { effect: 'applies', why: 'for the steps that follow' };
  if (top === 'checkpoints') return { effect: 'applies', why: 'for the next checkpoints' };
  if (top === 'model')
    return at.fresh
      ? { effect: 'applies', why: 'the model is built anew' }
      : { effect: 'refused', why: 'the model of the checkpoint is what it is' };
  if (top === 'stages') return ofStage(Number(second) + 1, third, { before, after }, at);
  if (!at.inside)
    return {
      effect: 'applies',
      why: at.stage === 'evaluation' ? 'nothing is trained any more' : `from stage ${at.stage} on`,
    };
  if (path === 'data.augmentShift' || path === 'data.textMaxLength' || path.startsWith('data.maxPartition'))
    return { effect: 'warn', why: 'samples are prepared otherwise from here on' };
  return { effect: 'refused', why: 'the place in the data depends on it' };
}

/** Keys of the gang that are part of the training. */
function gangMeaning(key: string): Meaning | undefined {
  if (key === 'batchShards' || key === 'gradientBucketMb')
    return { effect: 'warn', why: 'sums are rounded otherwise from here on' };
  if (['localSteps', 'sites', 'outerLearningRate', 'outerMomentum'].includes(key))
    return { effect: 'warn', why: 'sites learn from each other otherwise from here on' };
  return undefined;
}

function ofStage(
  stage: number,
  key: string,
  { before, after }: Pick<ConfigChange, 'before' | 'after'>,
  at: GoesOnAt,
): Meaning {
  const current = at.stage === 'evaluation' ? 4 : at.stage;
  if (stage < current) return { effect: 'none', why: `stage ${stage} is done` };
  if (stage > current) return { effect: 'later', why: `when stage ${stage} begins` };
  if (!at.inside) return { effect: 'applies', why: `stage ${stage} begins with it` };
  if (key === 'steps') {
    if (typeof after === 'number' && after < at.step)
      return { effect: 'refused', why: `${at.step} steps are done already` };
    return {
      effect: 'applies',
      why: `the schedule is stretched from ${String(before)} to ${String(after)} steps`,
    };
  }
  if (steering.has(key)) return { effect: 'applies', why: `from step ${at.step + 1} on` };
  if (doubtful[key] !== undefined) return { effect: 'warn', why: doubtful[key] };
  return { effect: 'refused', why: tied[key] ?? 'the state of the stage depends on it' };
}

/** Lists are values, but for the stages. */
function flatten(value: unknown, path = ''): Map<string, unknown> {
  const result = new Map<string, unknown>();
  const isGroup = typeof value === 'object' && value !== null && (!Array.isArray(value) || path === 'stages');
  if (!isGroup) return result.set(path, value);
  for (const [key, inner] of Object.entries(value as object)) {
    if (inner === undefined) continue;
    for (const [at, leaf] of flatten(inner, path === '' ? key : `${path}.${key}`)) result.set(at, leaf);
  }
  return result;
}
