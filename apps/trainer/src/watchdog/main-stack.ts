import { Session, type Debugger } from 'node:inspector';

/** How long the main thread may take to come out of native code. */
const patienceMs = 1_000;

/**
 * Where the main thread is at this moment, from another thread: its call stack, innermost first. The thread is held for some milliseconds.
 */
export async function mainThreadStack(): Promise<string> {
  const session = new Session();
  try {
    session.connectToMainThread();
  } catch (error) {
    return `unknown: ${error instanceof Error ? error.message : String(error)}`;
  }
  let timer: NodeJS.Timeout | undefined;
  try {
    const paused = new Promise<string>((resolve) => {
      session.once('Debugger.paused', ({ params }) => resolve(params.callFrames.map(frameLine).join('\n')));
      timer = setTimeout(() => resolve('in native code: no JavaScript runs'), patienceMs);
    });
    session.post('Debugger.enable');
    session.post('Debugger.pause');
    return await paused;
  } finally {
    clearTimeout(timer);
    session.post('Debugger.resume');
    session.post('Debugger.disable');
    session.disconnect();
  }
}

function frameLine({ functionName, url, location }: Debugger.CallFrame): string {
  return `    at ${functionName || '(anonymous)'} (${url}:${location.lineNumber + 1}:${(location.columnNumber ?? 0) + 1})`;
}
