import type { OperationProfile } from '@ovis/tensorflow';

/** What the harness asks of a worker: one JSON object per line on its stdin. */
export type Command =
  | ({ cmd: 'setup' } & Record<string, unknown>)
  | { cmd: 'run'; n: number }
  | { cmd: 'memory' }
  | { cmd: 'profile' }
  | { cmd: 'exit' };

/** A worker's answer: one JSON object per line on its stdout. */
export interface Reply {
  ok: boolean;
  /** Why it failed. */
  error?: string;
  /** After `setup`: what the worker wants to be shown, such as versions. */
  info?: Record<string, unknown>;
  /** After `run`: one entry per iteration. CPU time is that of all threads of the process. */
  wallMs?: number[];
  cpuMs?: number[];
  /** After `run`: a number that both sides must agree on, such as the last iteration's loss. */
  check?: number;
  /** After `memory`. */
  peakExtraBytes?: number;
  /** After `profile`: of one iteration. Ours only. */
  profile?: OperationProfile;
  /** CPU time of the process since it started. */
  processCpuMs?: number;
}

/** The answer in a line of a worker's stdout; undefined for anything else that was printed there. */
export function parseReply(line: string): Reply | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(line) as Partial<Reply>;
    return typeof value.ok === 'boolean' ? (value as Reply) : undefined;
  } catch {
    return undefined;
  }
}
