import { expect, it } from 'vitest';
import { checkState, type TrainerState } from './trainer-state.ts';

const state: TrainerState = {
  stage: 2,
  step: 40,
  totalSteps: 100,
  seed: 7,
  schedule: { kind: 'cosine', baseLr: 1e-3, warmupRatio: 0.1, totalSteps: 100 },
  lossNormalization: 'tokens',
  trained: ['vte.weight'],
  ownRates: {},
};
const now = (changes: Partial<TrainerState>): TrainerState => ({ ...state, ...changes });
const faster = now({ schedule: { ...state.schedule, baseLr: 5e-3 } });

it('refuses other settings, unless changes are accepted: then rates, schedule and steps may be others', () => {
  const changes = [
    faster,
    now({ totalSteps: 200 }),
    now({ ownRates: { x: 1 } }),
    now({ tau: { max: 2, min: 1 } }),
  ];
  for (const expected of changes) {
    expect(() => checkState(state, expected)).toThrow(/The checkpoint's .* the run file says/);
    expect(() => checkState(state, expected, { acceptChanges: true })).not.toThrow();
  }
});

it('never accepts what the state is made of, nor fewer steps than are done', () => {
  const changes = [
    now({ stage: 3 }),
    now({ seed: 8 }),
    now({ lossNormalization: 'microbatch' }),
    now({ trained: ['llm.x'] }),
    now({ totalSteps: 39 }),
  ];
  for (const expected of changes)
    expect(() => checkState(state, expected, { acceptChanges: true })).toThrow(/The checkpoint's/);
});
