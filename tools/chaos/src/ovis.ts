import { spawn } from 'node:child_process';
import { appRunner, repoRoot } from '@ovis/bootstrap';

/** Runs the `ovis` command, as a user does. @throws Error with what it said when it fails */
export function ovis(args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(process.execPath, [appRunner, 'apps/cli/src/main.ts', ...args], {
    cwd: repoRoot,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new Error(`ovis ${args.join(' ')} ended with ${code}: ${err.trim() || out.trim()}`));
    });
  });
}
