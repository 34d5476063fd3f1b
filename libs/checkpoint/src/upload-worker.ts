import { openStorage } from '@ovis/storage';
import { parentPort } from 'node:worker_threads';
import { inParallel, join } from './manifest.ts';
import { uploadFile } from './upload-file.ts';
import { toWire, type FromWorker, type ToWorker, type UploadTask } from './upload-messages.ts';

/*
 * The thread that writes checkpoints while the main one trains: hashing and sending a gigabyte costs a second of CPU time, which
 * would come in between the steps.
 */

const PARALLEL_FILES = 2;
const PAGE_BYTES = 4096;

const running = new Map<number, AbortController>();
const answer = (message: FromWorker): void => parentPort?.postMessage(message);

parentPort?.on('message', (message: ToWorker) => {
  if (message.kind === 'abort') running.get(message.id)?.abort(new Error('the save was given up'));
  else if (message.kind === 'touch') touch(message.memory);
  else void run(message.id, message.task);
});

async function run(id: number, task: UploadTask): Promise<void> {
  const abort = new AbortController();
  running.set(id, abort);
  const cpuBefore = process.cpuUsage();
  try {
    const storage = openStorage(task.url, task.env);
    const files: (FromWorker & { kind: 'done' })['files'] = {};
    await inParallel(task.files, PARALLEL_FILES, async ({ key, offset, bytes, headerBytes }) => {
      const data = new Uint8Array(task.memory, offset, bytes);
      const source = { bytes, headerBytes, read: (begin: number, end: number) => data.subarray(begin, end) };
      files[key] = await uploadFile(storage, join(task.prefix, key), source, {
        chunkBytes: task.chunkBytes,
        parallel: task.parallel,
        patienceMs: task.patienceMs,
        signal: abort.signal,
        // The hashing thread's.
        sha256: '',
        onRetry: (error) => answer({ kind: 'retry', id, error: toWire(error) }),
      });
    });
    const { user, system } = process.cpuUsage(cpuBefore);
    answer({ kind: 'done', id, files, cpuMs: (user + system) / 1000 });
  } catch (error) {
    answer({ kind: 'failed', id, error: toWire(error) });
  } finally {
    running.delete(id);
  }
}

/** Adds nothing to a byte of every page: the main thread may be writing there. */
function touch(memory: SharedArrayBuffer): void {
  const bytes = new Uint8Array(memory);
  for (let at = 0; at < bytes.length; at += PAGE_BYTES) Atomics.add(bytes, at, 0);
}
