import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { mainThreadStack } from './main-stack.ts';
import type { Blocked, WatchdogData, WatchedJob } from './messages.ts';

const { trainerId, pulse, noticeMs, reportMs } = workerData as WatchdogData;
const beats = new Int32Array(pulse);
const checkMs = 200;

let job: WatchedJob | undefined;
let last = Atomics.load(beats, 0);
let since = performance.now();
let stack = '';
let reported = false;
let looking = false;

parentPort?.on('message', (message: WatchedJob | undefined) => (job = message));

setInterval(() => {
  const beat = Atomics.load(beats, 0);
  const silentMs = performance.now() - since;
  if (beat !== last) {
    if (stack !== '') parentPort?.postMessage({ ms: silentMs, stack } satisfies Blocked);
    [last, since, stack, reported] = [beat, performance.now(), '', false];
    return;
  }
  if (silentMs < noticeMs || looking) return;
  if (stack === '') void look();
  else if (silentMs >= reportMs && !reported) void report(silentMs);
}, checkMs);

async function look(): Promise<void> {
  looking = true;
  const beat = last;
  const found = await mainThreadStack();
  looking = false;
  if (beat === Atomics.load(beats, 0)) stack = found;
}

/** The main thread may never come back: what is known goes to the log and beside the results of the run now. */
async function report(silentMs: number): Promise<void> {
  reported = true;
  looking = true;
  stack = await mainThreadStack();
  looking = false;
  const time = new Date().toISOString();
  const msg = `the main thread has not answered for ${Math.round(silentMs / 1000)} s`;
  // Not process.stderr: in a worker that goes through the main thread.
  writeSync(2, `${JSON.stringify({ level: 'error', time, name: trainerId, msg, stack, ...job })}\n`);
  if (job === undefined) return;
  try {
    // Loaded only now: each trainer has this thread, hardly any needs it.
    const { writeReport } = await import('./write-report.ts');
    await writeReport(job, { time, trainerId, silentMs, stack });
  } catch (error) {
    writeSync(
      2,
      `${JSON.stringify({ level: 'warn', time, name: trainerId, msg: `no report: ${String(error)}` })}\n`,
    );
  }
}
