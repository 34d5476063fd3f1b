import fs from 'node:fs';
import path from 'node:path';
import { whyUnreachable } from '../setup/network.ts';
import { lastLine, runCommand } from '../setup/run-command.ts';
import type { ProcessSpec } from './managed-process.ts';

/** Runs stay visible on the web page for this long (the server's own default is 1 day). */
export const RETENTION = '30d';

/** Where the history of all runs of this clone is kept. */
export function temporalDatabase(stateDir: string): string {
  return path.join(stateDir, 'state', 'temporal.db');
}

export function temporalSpec(o: {
  binary: string;
  stateDir: string;
  port: number;
  uiPort: number;
}): ProcessSpec {
  fs.mkdirSync(path.dirname(temporalDatabase(o.stateDir)), { recursive: true });
  return {
    name: 'temporal',
    command: o.binary,
    args: [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', `${o.port}`, '--ui-port', `${o.uiPort}`],
      ...['--db-filename', temporalDatabase(o.stateDir)],
      ...['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=1', '--log-level', 'warn'],
    ],
    // The user's Temporal profile (TLS, namespace, API key) is for other servers.
    env: withoutPrefix(process.env, 'TEMPORAL_'),
    cwd: o.stateDir,
    port: o.port,
    stopMs: 5000,
  };
}

/** True when the server answers a health check on its gRPC port. */
export async function temporalReady(binary: string, address: string): Promise<boolean> {
  if (await whyUnreachable(address, 500)) return false;
  const result = await operator(binary, address, ['cluster', 'health']);
  return result.code === 0;
}

/** Lets finished runs stay for {@link RETENTION}. @returns a note when that failed: runs then vanish after a day */
export async function extendRetention(binary: string, address: string): Promise<string | undefined> {
  const result = await operator(binary, address, [
    'namespace',
    'update',
    '-n',
    'default',
    '--retention',
    RETENTION,
  ]);
  return result.code === 0
    ? undefined
    : `runs stay for 24 h only: ${lastLine(result.stderr || result.stdout)}`;
}

function operator(binary: string, address: string, args: string[]) {
  return runCommand(binary, ['operator', ...args, '--address', address], {
    env: withoutPrefix(process.env, 'TEMPORAL_'),
    timeoutMs: 10_000,
  });
}

function withoutPrefix(env: NodeJS.ProcessEnv, prefix: string): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith(prefix)));
}
