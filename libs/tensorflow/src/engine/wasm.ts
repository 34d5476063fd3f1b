import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, sep } from 'node:path';
import { getThreadsCount, setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { tf } from '../tf.ts';
import { disposed } from '../backend/backend.ts';
import { keepHandlers, MAX_THREADS, WorkerPool } from './wasm-worker.ts';

export interface WasmInfo {
  /** Threads that share a matrix product or convolution. */
  threads: number;
  /** Why there is one only, if more were asked for. */
  warning?: string;
}

const THREADS_FLAG = 'WASM_HAS_MULTITHREAD_SUPPORT';

/**
 * Makes TF.js's WASM backend the active one: its build with SIMD and threads, or without threads when one is asked for or they
 * cannot be had.
 * @param threads default one per core; at most four
 */
export async function startWasm(threads = availableParallelism()): Promise<WasmInfo> {
  const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(dirname(main) + sep);
  nameDisposed();
  const wanted = Math.min(threads, MAX_THREADS);
  let warning: string | undefined;
  if (wanted > 1) {
    try {
      await startThreaded(wanted);
      return { threads: getThreadsCount() };
    } catch (error) {
      warning = `WASM runs on one thread: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  tf.env().set(THREADS_FLAG, false);
  const restoreHandlers = keepHandlers();
  try {
    await activate();
  } finally {
    restoreHandlers();
  }
  return { threads: 1, warning };
}

async function startThreaded(threads: number): Promise<void> {
  // The calling thread is one of them.
  const pool = new WorkerPool(threads - 1);
  // TF.js says no under Node without looking.
  tf.env().set(THREADS_FLAG, true);
  setThreadsCount(threads);
  try {
    await pool.during(activate);
  } catch (error) {
    await pool.close();
    throw error;
  }
}

async function activate(): Promise<void> {
  const ready = await tf.setBackend('wasm');
  if (!ready) throw new Error('TF.js could not start its WASM backend.');
}

/** TF.js looks for the backend of a tensor that is gone, and fails on undefined. */
function nameDisposed(): void {
  const engine = tf.engine();
  const move = engine.moveData.bind(engine);
  engine.moveData = (backend, dataId) => {
    if (!engine.state.tensorInfo.has(dataId)) throw disposed();
    move(backend, dataId);
  };
}
