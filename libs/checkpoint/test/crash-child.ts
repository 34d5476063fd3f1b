import { openStorage } from '@ovis/storage';
import { alteredStorage } from '@ovis/storage/test/altered-storage';
import { checkpointId, saveCheckpoint } from '../src/index.ts';
import { makeParts, state } from './samples.ts';

/** Saves a checkpoint and dies by SIGKILL just before the object that argv names would be written. */
const [url = '', prefix = '', step = '0', dieBefore = ''] = process.argv.slice(2);
const storage = openStorage(url);
const dyingAt = <T>(key: string, write: () => Promise<T>): Promise<T> => {
  if (key.endsWith(dieBefore)) process.kill(process.pid, 'SIGKILL');
  return write();
};
const dying = alteredStorage(storage, {
  put: (key, ...rest) => dyingAt(key, () => storage.put(key, ...rest)),
  putRanges: (key, ...rest) => dyingAt(key, () => storage.putRanges(key, ...rest)),
});
await saveCheckpoint(dying, prefix, {
  id: checkpointId(2, Number(step)),
  parts: makeParts(Number(step)),
  state: state(Number(step)),
});
