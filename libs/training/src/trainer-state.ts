import { StageError } from './errors.ts';
import type { Schedule } from './schedule.ts';
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
}

export function trainerState(
  settings: StageSettings,
  trained: readonly string[],
  step: number,
): TrainerState {
  return {
    stage: settings.stage,
    step,
    totalSteps: settings.totalSteps,
    seed: settings.seed,
    schedule: scheduleOf(settings),
    lossNormalization: settings.lossNormalization,
    trained: [...trained],
  };
}

/**
 * Refuses a state that is not this stage's: a resume restores everything or does not start.
 * @throws StageError STATE_MISMATCH
 */
export function checkState(state: TrainerState, expected: TrainerState): void {
  const different = (['stage', 'totalSteps', 'seed', 'lossNormalization'] as const).find(
    (key) => state[key] !== expected[key],
  );
  if (different) {
    throw mismatch(different, String(state[different]), String(expected[different]));
  }
  const schedule = (s: Schedule) => `${s.kind}, ${s.baseLr}, warm-up ${s.warmupRatio}`;
  if (schedule(state.schedule) !== schedule(expected.schedule)) {
    throw mismatch('schedule', schedule(state.schedule), schedule(expected.schedule));
  }
  if (state.trained.join() !== expected.trained.join()) {
    throw mismatch('trained', `${state.trained.length} names`, `${expected.trained.length} names`);
  }
  if (!Number.isInteger(state.step) || state.step < 0 || state.step > expected.totalSteps) {
    throw mismatch('step', String(state.step), `0 to ${expected.totalSteps}`);
  }
}

function mismatch(key: string, found: string, expected: string): StageError {
  return new StageError(
    'STATE_MISMATCH',
    `The checkpoint's ${key} is ${found}, the run file says ${expected}.`,
    'Resume with the run file the checkpoint was made with, or submit a new run.',
  );
}
