import { StorageError, type ObjectStorage } from '@ovis/storage';
import { expect, it } from 'vitest';
import { awaitShares } from './share.ts';

const at = { prefix: '', id: 'stage1-step000001', attempt: 'a' };

/** A storage that holds nothing and takes nothing. */
function fullStorage(): ObjectStorage {
  const about = { operation: 'write', url: 'full://', hint: '' };
  const missing = () => Promise.reject(new StorageError('NOT_FOUND', 'nothing is there', about));
  const put = () => Promise.reject(new StorageError('DISK_FULL', 'no space left', about));
  return {
    url: 'full://',
    get: missing,
    head: () => Promise.resolve(undefined),
    put,
  } as unknown as ObjectStorage;
}

it('is not waited for when the storage is full: a rank that failed could not write that it did', async () => {
  const began = performance.now();
  await expect(awaitShares(fullStorage(), at, [1], { patienceMs: 60_000 })).rejects.toMatchObject({
    code: 'DISK_FULL',
  });
  expect(performance.now() - began).toBeLessThan(30_000);
}, 60_000);
