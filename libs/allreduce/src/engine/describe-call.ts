import type { Call } from '../wire/frame.ts';

/** A call in words, for errors. Of a peer's tag only the checksum is known. */
export function describeCall(o: Call & { sequence: number; tag?: string }): string {
  const of = [o.op, o.dtype].filter(Boolean).join(' of ');
  const sized = o.collective !== 'barrier' && o.collective !== 'allGatherBytes';
  const size = sized ? ` of ${o.totalBytes} bytes` : '';
  const root = o.collective === 'broadcast' ? ` from rank ${o.root}` : '';
  const path = o.algorithm === 'shared' ? ' through shared memory' : ` by ${o.algorithm}`;
  const tag = o.tag !== undefined ? ` tagged '${o.tag}'` : o.tagCrc ? ' with another tag' : '';
  return `${o.collective} #${o.sequence}${of && ` (${of})`}${size}${root}${path}${tag}`;
}
