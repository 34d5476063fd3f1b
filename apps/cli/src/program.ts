import { Command, CommanderError } from 'commander';
import { cancelCommand } from './commands/cancel.ts';
import { chatCommand } from './commands/chat.ts';
import { checkpointsCommand } from './commands/checkpoints.ts';
import { configCommand } from './commands/config.ts';
import { convertCommand } from './commands/convert.ts';
import { demoCommand } from './commands/demo.ts';
import { inspectCommand } from './commands/inspect.ts';
import { parityCommand } from './commands/parity.ts';
import { logsCommand } from './commands/logs.ts';
import { pauseCommand } from './commands/pause.ts';
import { rerunCommand } from './commands/rerun.ts';
import { resumeCommand } from './commands/resume.ts';
import { statusCommand } from './commands/status.ts';
import { submitCommand } from './commands/submit.ts';
import { trainersCommand } from './commands/trainers.ts';
import { watchCommand } from './commands/watch.ts';
import type { CliContext } from './context.ts';
import { EndWith, exitCodes, explain } from './errors.ts';

/** All commands, one file each under commands/. `register` adds those that are made elsewhere. */
export function createProgram(context: CliContext, register: ((program: Command) => void)[] = []): Command {
  const program = new Command('ovis')
    .description('train Ovis multimodal LLMs on a cluster')
    .version('0.1.0')
    .showHelpAfterError("('ovis --help' lists the commands)")
    .showSuggestionAfterError();
  const commands = [
    submitCommand(context),
    statusCommand(context),
    watchCommand(context),
    logsCommand(context),
    pauseCommand(context),
    resumeCommand(context),
    rerunCommand(context),
    cancelCommand(context),
    chatCommand(context),
    checkpointsCommand(context),
    trainersCommand(context),
    configCommand(context),
    convertCommand(context),
    demoCommand(context),
    inspectCommand(context),
    parityCommand(context),
  ];
  for (const command of commands) program.addCommand(command);
  for (const add of register) add(program);
  useContext(program, context);
  return program;
}

/** Runs one command line; returns the exit code: 0 ok, 1 failure, 2 wrong usage. */
export async function runProgram(program: Command, args: string[], context: CliContext): Promise<number> {
  try {
    await program.parseAsync(args, { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : exitCodes.ok;
  } catch (error) {
    // Commander has printed its own message, and ends with 0 for --help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (error instanceof EndWith) return error.exitCode;
    explain(error).forEach(context.err);
    return (error as { code?: unknown }).code === 'BAD_ID' ? exitCodes.usage : exitCodes.failure;
  }
}

function useContext(command: Command, context: CliContext): void {
  command.exitOverride();
  command.configureOutput({
    writeOut: (text) => context.out(text.trimEnd()),
    writeErr: (text) => context.err(text.trimEnd()),
  });
  for (const inner of command.commands) useContext(inner, context);
}
