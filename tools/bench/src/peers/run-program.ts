import { spawn } from 'node:child_process';

/** Runs a program to its end. @throws Error with the last lines it printed when it is missing or fails */
export function runProgram(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    const killWithUs = () => child.kill('SIGKILL');
    process.once('exit', killWithUs);
    let stdout = '';
    let all = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      all += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => (all += chunk.toString()));
    child.on('error', (error) => reject(new Error(`${program} cannot be started: ${error.message}`)));
    child.on('close', (code) => {
      process.off('exit', killWithUs);
      if (code === 0) return resolve(stdout);
      const last = all.trim().split('\n').slice(-5).join('\n    ');
      reject(new Error(`'${[program, ...args].join(' ')}' ended with exit code ${code}:\n    ${last}`));
    });
  });
}
