import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { parseRunConfig, runConfigJsonSchema, type RunConfig } from '@ovis/config';
import type { CliContext } from '../context.ts';
import { CliError } from '../errors.ts';
import { planLines } from '../plan.ts';

/** Reads and checks a run file. @throws CliError NO_FILE, RunConfigError */
export async function readRunFile(
  context: CliContext,
  file: string,
  overrides: string[],
): Promise<RunConfig> {
  let text: string;
  try {
    text = await readFile(resolve(context.cwd, file), 'utf8');
  } catch (error) {
    throw new CliError(
      'NO_FILE',
      `cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`,
      'give the path of a run file; docs and examples/ have some to start from',
      error,
    );
  }
  return parseRunConfig(text, { file, overrides });
}

/** Collects a repeatable option. */
export function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

export function configCommand(context: CliContext): Command {
  const config = new Command('config').description('check run files');
  config
    .command('validate')
    .description('check a run file and print what it means')
    .argument('<file>', 'run file (YAML)')
    .option('--set <path=value>', 'change a value, e.g. stages.0.steps=10 (repeatable)', collect, [])
    .option('--json', 'print the complete config, defaults filled in, as JSON')
    .action(async (file: string, options: { set: string[]; json?: boolean }) => {
      const run = await readRunFile(context, file, options.set);
      if (options.json === true) return context.out(JSON.stringify(run, null, 2));
      planLines(`${run.name}-...`, run).forEach(context.out);
      context.out('');
      context.out(`${file} is valid`);
    });
  config
    .command('schema')
    .description('print the JSON Schema of run files')
    .action(() => context.out(JSON.stringify(runConfigJsonSchema(), null, 2)));
  return config;
}
