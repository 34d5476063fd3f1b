import { once } from 'node:events';

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
type StopSignal = keyof typeof SIGNALS;

/** A second signal sooner than this is the same Ctrl-C: the terminal sends it to us and to the launcher, which forwards it. */
const SAME_SIGNAL_MS = 1000;
const PARENT_POLL_MS = 500;

/** The launcher (launch.mjs) when it started this very process; what this process starts in turn has other parents. */
const launchedBy = process.ppid === Number(process.env.OVIS_LAUNCHER_PID) ? process.ppid : undefined;

/**
 * Calls `stop` once on SIGINT, SIGTERM or SIGHUP, or when the launcher that started us is gone, then ends this process
 * with 128 + the signal's number. A second signal ends it at once (the guard then cleans up).
 * @returns a function that removes the handlers
 */
export function stopOnSignals(stop: (reason: string) => Promise<void>): () => void {
  let firstAt = 0;
  const onStop = (signal: StopSignal, reason: string) => {
    const code = 128 + SIGNALS[signal];
    if (firstAt > 0) {
      if (Date.now() - firstAt > SAME_SIGNAL_MS) process.exit(code);
      return;
    }
    firstAt = Date.now();
    void stop(reason)
      .catch((error: unknown) => console.error(error))
      .finally(() => flushed().then(() => process.exit(code)));
  };
  const handlers = (Object.keys(SIGNALS) as StopSignal[]).map((signal) => {
    const handler = () => onStop(signal, signal);
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  const poll = setInterval(() => {
    if (launchedBy !== undefined && process.ppid !== launchedBy) onStop('SIGHUP', 'the launcher is gone');
  }, PARENT_POLL_MS);
  poll.unref();
  return () => {
    clearInterval(poll);
    for (const remove of handlers) remove();
  };
}

/** Output to a pipe may still be on its way when the process exits. */
async function flushed(): Promise<void> {
  if (process.stdout.writableLength > 0) await once(process.stdout, 'drain');
}
