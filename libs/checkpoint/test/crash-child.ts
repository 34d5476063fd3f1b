import { openStorage, type ObjectStorage } from '@ovis/storage';
import { checkpointId, saveCheckpoint } from '../src/index.ts';
import { makeParts, state } from './samples.ts';

/** Saves a checkpoint and dies by SIGKILL just before the object that argv names would be written. */
const [url = '', prefix = '', step = '0', dieBefore = ''] = process.argv.slice(2);
const storage = openStorage(url);
const dying: ObjectStorage = Object.create(storage, {
  url: { value: storage.url },
  get: { value: storage.get.bind(storage) },
  head: { value: storage.head.bind(storage) },
  list: { value: storage.list.bind(storage) },
  putChunks: { value: storage.putChunks.bind(storage) },
  delete: { value: storage.delete.bind(storage) },
  put: {
    value: (key: string, ...rest: [Uint8Array]) => {
      if (key.endsWith(dieBefore)) process.kill(process.pid, 'SIGKILL');
      return storage.put(key, ...rest);
    },
  },
}) as ObjectStorage;
await saveCheckpoint(dying, prefix, {
  id: checkpointId(2, Number(step)),
  parts: makeParts(Number(step)),
  state: state(Number(step)),
});
