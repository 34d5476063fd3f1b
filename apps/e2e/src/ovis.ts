import { spawn, type ChildProcess } from 'node:child_process';
import { appRunner, repoRoot } from '@ovis/bootstrap';

export interface OvisProcess {
  child: ChildProcess;
  out: () => string;
  err: () => string;
  /** Exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals | null>;
}

export interface OvisResult {
  code: number | NodeJS.Signals | null;
  out: string;
  err: string;
}

/** Starts the `ovis` command as a process, as a user does. */
export function spawnOvis(args: string[], env: NodeJS.ProcessEnv): OvisProcess {
  const child = spawn(process.execPath, [appRunner, 'apps/cli/src/main.ts', ...args], {
    cwd: repoRoot,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    child.once('error', reject);
    // Not `exit`: the last words may still be in the pipe.
    child.once('close', (code, signal) => resolve(signal ?? code));
  });
  return { child, out: () => out, err: () => err, ended };
}

/** Runs one command to its end. */
export async function ovis(
  args: string[],
  env: NodeJS.ProcessEnv,
  o: { timeoutMs?: number } = {},
): Promise<OvisResult> {
  const running = spawnOvis(args, env);
  const timer = setTimeout(() => running.child.kill('SIGKILL'), o.timeoutMs ?? 240_000);
  const code = await running.ended;
  clearTimeout(timer);
  return { code, out: running.out(), err: running.err() };
}
