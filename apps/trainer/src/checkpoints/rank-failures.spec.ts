import { CheckpointError } from '@ovis/checkpoint';
import { describe, expect, it } from 'vitest';
import { errorFacts } from '../errors.ts';
import { failureToTell, gatherFailures } from './rank-failures.ts';

const full = new Error('no space left on device');
const waited = new CheckpointError('INCOMPLETE', 'rank 0 has given it up', 'See its log.');
const failure = (rank: number, error: Error) => ({ rank, ...errorFacts(error) });

describe('failureToTell', () => {
  it('nothing, when all ranks have written their shares', () => {
    expect(failureToTell([], { rank: 0, error: undefined })).toBeUndefined();
  });

  it('the rank that could not write tells why, whoever else waited for it', () => {
    const failures = [failure(0, full), failure(1, waited)];
    expect(failureToTell(failures, { rank: 0, error: full })).toBe(full);
  });

  it.each([
    ['waited in vain', waited],
    ['had done its own', undefined],
  ])('a rank that %s tells what the other could not do, not that it waited', (_what, error) => {
    for (const failures of [
      [failure(0, waited), failure(1, full)],
      [failure(1, full), failure(2, waited)],
    ])
      expect(failureToTell(failures, { rank: 2, error })).toMatchObject({
        code: 'CHECKPOINT_FAILED',
        message: expect.stringMatching(/^rank 1: .*no space left on device/),
      });
  });

  it('where all waited in vain, its own', () => {
    expect(failureToTell([failure(0, waited), failure(1, waited)], { rank: 1, error: waited })).toBe(waited);
  });
});

it('gatherFailures names the ranks that failed, with what their errors say', async () => {
  const nothing = new Uint8Array(0);
  const group = { allGatherBytes: (bytes: Uint8Array) => Promise.resolve([nothing, bytes, nothing]) };
  const failures = await gatherFailures(group, full);
  expect(failures).toEqual([failure(1, full)]);
  await expect(gatherFailures(group, undefined)).resolves.toEqual([]);
});
