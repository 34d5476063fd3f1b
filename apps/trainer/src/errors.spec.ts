import { expect, it } from 'vitest';
import { errorFacts, TrainerError } from './errors.ts';

it('an operation that gets no memory ends the run, and says which keys to lower', () => {
  const error = Object.assign(new Error('MatMul: no memory'), {
    code: 'OUT_OF_MEMORY',
    hint: 'of the engine',
  });
  const facts = errorFacts(error);
  expect(facts).toMatchObject({ code: 'OUT_OF_MEMORY', message: 'MatMul: no memory', retryable: false });
  for (const key of ['accumulation', 'activationCheckpointing', 'batchSize', 'gang.require.memoryGb'])
    expect(facts.hint).toContain(key);
});

it('a lost peer is named by its rank and may be tried again; others keep what they say', () => {
  const lost = Object.assign(new Error('lost rank 1'), { code: 'PEER_LOST', hint: 'h', rank: 1 });
  expect(errorFacts(lost)).toMatchObject({ retryable: true, peerRank: 1, hint: 'h' });
  expect(errorFacts(new TrainerError('BAD_DATA', 'm', 'h', false))).toMatchObject({ retryable: false });
  expect(errorFacts('odd')).toMatchObject({ code: 'INTERNAL', message: 'odd', retryable: false });
});
