import { Readable } from 'node:stream';
import { createProgram, runProgram } from '../src/index.ts';

/** Runs one command line as a user would, without a terminal. */
export async function runCli(
  args: string[],
  { env = {}, cwd, input = '' }: { env?: NodeJS.ProcessEnv; cwd: string; input?: string },
): Promise<{ code: number; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const context = {
    env,
    cwd,
    out: (line: string) => void out.push(`${line}\n`),
    write: (text: string) => void out.push(text),
    err: (line: string) => void err.push(line),
    input: Readable.from([input]),
    signal: new AbortController().signal,
  };
  const code = await runProgram(createProgram(context), args, context);
  return { code, out: out.join('').trimEnd(), err: err.join('\n') };
}
