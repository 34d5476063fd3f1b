import { fileURLToPath } from 'node:url';

const OWN = fileURLToPath(new URL('..', import.meta.url));

/** `file:line:column` of the user's code that led here: the innermost frame outside this library, TF.js and Node. */
export function userLine(stack = ownStack()): string | undefined {
  for (const frame of stack.split('\n').slice(1)) {
    const location = /\(?((?:file:\/\/)?\/[^()]*:\d+:\d+|[A-Za-z]:\\[^()]*:\d+:\d+)\)?$/.exec(
      frame.trim(),
    )?.[1];
    if (!location) continue;
    const path = location.replace(/^file:\/\//, '');
    const own = path.startsWith(OWN) && !/\.spec\.[cm]?[jt]s:/.test(path);
    // Source maps place TF.js's own frames at tfjs-core/src/....
    const tfjs = /\/node_modules\/|\/tfjs-[a-z-]+\/src\//.test(path);
    if (!own && !tfjs) return path;
  }
  return undefined;
}

function ownStack(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 60;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = limit;
  return stack;
}
