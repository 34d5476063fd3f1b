import { StageError } from './errors.ts';
import type { Schedule } from './schedule.ts';
import type { Episodes } from './monitors/episodes.ts';
import type { LossMemory } from './monitors/loss-watch.ts';
import { scheduleOf } from './settings.ts';
import type { StageSettings } from './settings.ts';

/** Where a stage stands, as plain JSON. With the weights and the optimizer's tensors it is all a resume needs. */
export interface TrainerState {
  stage: number;
  /** Optimizer steps done; also the number of the next one, counted from 0. */
  step: number;
  totalSteps: number;
  seed: number;
  schedule: Schedule;
  lossNormalization: StageSettings['lossNormalization'];
  /** Names of the trained parameters, in forward order. */
  trained: string[];
  /** Peak rates of the parameters that have one of their own. */
  ownRates?: Record<string, number>;
  /** Temperatures of gumbel_argmax, first and last. */
  tau?: { max: number; min: number };
  /** Of the gang that made it: what belongs to single trainers is of use to a gang of the same form only. */
  gang?: GangForm;
  /** What those who watch the stage remember. */
  monitors?: MonitorsState;
}

export interface MonitorsState {
  episodes?: Episodes;
  losses?: LossMemory;
}

export interface GangForm {
  world: number;
  sites: number;
  /** Floats of the gradient buckets. */
  buckets: number[];
}

export function trainerState(
  settings: StageSettings,
  rates: ReadonlyMap<string, number>,
  step: number,
  gang?: GangForm,
): TrainerState {
  return {
    stage: settings.stage,
    step,
    totalSteps: settings.totalSteps,
    seed: settings.seed,
    schedule: scheduleOf(settings),
    lossNormalization: settings.lossNormalization,
    trained: [...rates.keys()],
    ownRates: Object.fromEntries([...rates].filter(([, rate]) => rate !== settings.learningRate)),
    tau: settings.tau,
    ...(gang && { gang }),
  };
}

/**
 * Refuses a state that is not this stage's: a resume restores everything or does not start.
 * @param o.acceptChanges rates, schedule, temperatures and the number of steps may be others: they say how the stage goes on, not what its
 *   state means
 * @throws StageError STATE_MISMATCH
 */
export function checkState(
  state: TrainerState,
  expected: TrainerState,
  o: { acceptChanges?: boolean } = {},
): void {
  const tied = (['stage', 'totalSteps', 'seed', 'lossNormalization'] as const).filter(
    (key) => key !== 'totalSteps' || o.acceptChanges !== true,
  );
  const different = tied.find((key) => state[key] !== expected[key]);
  if (different) {
    throw mismatch(different, String(state[different]), String(expected[different]));
  }
  if (state.trained.join() !== expected.trained.join()) {
    throw mismatch('trained', `${state.trained.length} names`, `${expected.trained.length} names`);
  }
  if (!Number.isInteger(state.step) || state.step < 0 || state.step > expected.totalSteps) {
    throw mismatch('step', String(state.step), `0 to ${expected.totalSteps}`);
  }
  if (o.acceptChanges === true) return;
  const schedule = (s: Schedule) => `${s.kind}, ${s.baseLr}, warm-up ${s.warmupRatio}`;
  if (schedule(state.schedule) !== schedule(expected.schedule)) {
    throw mismatch('schedule', schedule(state.schedule), schedule(expected.schedule));
  }
  const ownRates = ({ ownRates = {} }: TrainerState) =>
    Object.entries(ownRates)
      .map(([name, rate]) => `${name}:${rate}`)
      .join(' ');
  if (ownRates(state) !== ownRates(expected)) {
    throw mismatch('learning rates of modules', ownRates(state) || 'none', ownRates(expected) || 'none');
  }
  // A checkpoint from before there was this setting has none.
  const tau = (s: TrainerState) => (s.tau ? `${s.tau.max} to ${s.tau.min}` : '5 to 0.05');
  if (tau(state) !== tau(expected)) throw mismatch('tau', tau(state), tau(expected));
}

function mismatch(key: string, found: string, expected: string): StageError {
  return new StageError(
    'STATE_MISMATCH',
    `The checkpoint's ${key} is ${found}, the run file says ${expected}.`,
    'Resume with the run file the checkpoint was made with, or submit a new run.',
  );
}
