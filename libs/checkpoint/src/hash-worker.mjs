// The sha256 of files that lie in shared memory: on a thread of its own, beside the one that sends them.
import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';

parentPort?.on('message', ({ id, memory, files }) => {
  const sums = files.map(({ offset, bytes }) =>
    createHash('sha256')
      .update(new Uint8Array(memory, offset, bytes))
      .digest('hex'),
  );
  parentPort?.postMessage({ id, sums });
});
