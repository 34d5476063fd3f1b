import { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { PROFILES, profileRun } from '../demo/profiles.ts';

/** `npm start`. */
export function demoCommand(context: CliContext): Command {
  return new Command('demo')
    .description(
      'set everything up on this machine, train a small Ovis through its three stages, show what it learned',
    )
    .option('--profile <name>', PROFILES.join(' or '), 'full')
    .option('--trainers <n>', 'trainer processes (default: 2; 1 with --profile smollm2)')
    .option('--json <file>', 'write the result as JSON')
    .option(
      '--set <path=value>',
      'change a value of runs/icons.yaml',
      (value, all: string[]) => [...all, value],
      [] as string[],
    )
    .option('--keep', 'leave the cluster running afterwards', false)
    .action(
      async (o: { profile: string; trainers?: string; json?: string; set: string[]; keep: boolean }) => {
        // Loaded when it is needed: the other commands start without the servers and the data tools.
        const { runDemo } = await import('../demo/run-demo.ts');
        const trainers = Number(o.trainers ?? profileRun(o.profile).trainers);
        await runDemo({ ...o, trainers, context });
      },
    );
}
