import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readClusterState } from '@ovis/bootstrap';
import { cleanEnv, markedEnv, portEnv } from './environment.ts';
import { spawnOvis, type OvisProcess } from './ovis.ts';
import { processesOf, waitUntil, type FoundProcess } from './processes.ts';

export interface UpOptions {
  trainers: number;
  /** Default: a new temporary folder. */
  stateDir?: string;
  env?: NodeJS.ProcessEnv;
}

/** A cluster that `ovis up` runs, as a user starts one in a terminal. */
export interface Up {
  process: OvisProcess;
  /** For other commands. */
  env: NodeJS.ProcessEnv;
  stateDir: string;
  /** Every process that belongs to it, `ovis up` itself included. */
  processes: () => FoundProcess[];
}

/** Starts `ovis up` and returns at once. */
export async function spawnUp(o: UpOptions): Promise<Up> {
  const stateDir = o.stateDir ?? (await mkdtemp(join(tmpdir(), 'ovis-up-')));
  const { env, mark } = markedEnv({
    ...cleanEnv(),
    ...(await portEnv()),
    OVIS_STATE_DIR: stateDir,
    ...o.env,
  });
  const process = spawnOvis(['up', '--json', '--trainers', String(o.trainers)], env);
  return { process, env, stateDir, processes: () => processesOf(mark, stateDir) };
}

/** Starts `ovis up` and waits until it has said where everything is. @throws Error with its output when it ends instead */
export async function startUp(o: UpOptions): Promise<Up> {
  const up = await spawnUp(o);
  const said = () => /^\}$/m.test(up.process.out());
  let code: unknown;
  void up.process.ended.then((ended) => (code = ended ?? 'none'));
  await waitUntil('ovis up says its addresses', () => said() || code !== undefined, 120_000);
  if (!said()) throw new Error(`ovis up ended with ${String(code)}: ${up.process.err()}`);
  const { env } = JSON.parse(up.process.out()) as { env: Record<string, string> };
  const { PATH, HOME, OVIS_E2E_MARK, OVIS_STATE_DIR } = up.env;
  return { ...up, env: { PATH, HOME, OVIS_E2E_MARK, OVIS_STATE_DIR, ...env } };
}

/** Names and pids of the programs as the cluster itself records them. */
export function recorded(up: Up): { name: string; pid: number }[] {
  return readClusterState(up.stateDir)?.processes.map(({ name, pid }) => ({ name, pid })) ?? [];
}
