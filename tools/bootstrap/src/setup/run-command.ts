import { spawn } from 'node:child_process';

export interface CommandResult {
  /** exit code; 127 when the program does not exist, 124 after the time limit, 128 when a signal ended it */
  code: number;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** Runs a program to its end and never throws: a missing program is a result like any other. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    let stdout = '';
    let stderr = '';
    let timedOut = false;
    const child = spawn(command, args, {
      env: options.env ?? process.env,
      cwd: options.cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: options.signal,
    });
    const endWithUs = () => child.kill('SIGKILL');
    process.once('exit', endWithUs);
    const timer = options.timeoutMs
      ? setTimeout(() => {
          timedOut = true;
          child.kill('SIGKILL');
        }, options.timeoutMs)
      : undefined;
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', (error) => {
      process.off('exit', endWithUs);
      clearTimeout(timer);
      resolve({ code: 127, stdout, stderr: `${stderr}${error.message}` });
    });
    child.on('close', (code) => {
      process.off('exit', endWithUs);
      clearTimeout(timer);
      if (timedOut) stderr += `\nno result after ${(options.timeoutMs ?? 0) / 1000} s`;
      resolve({ code: timedOut ? 124 : (code ?? 128), stdout, stderr });
    });
  });
}

/** The last non-empty line of a program's output: usually the one that says what went wrong. */
export function lastLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.findLast((line) => line !== '') ?? '';
}
