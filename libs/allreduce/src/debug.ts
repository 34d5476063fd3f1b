import { debuglog } from 'node:util';

const debug = debuglog('allreduce');

/** A line for whoever set NODE_DEBUG=allreduce, and for the caller's own log. */
export function debugTo(log: ((line: string) => void) | undefined): (line: string) => void {
  return (line) => {
    debug('%s', line);
    log?.(line);
  };
}
