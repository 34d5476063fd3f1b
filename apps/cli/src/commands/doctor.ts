import { runDoctor } from '@ovis/bootstrap';
import type { Command } from 'commander';

/** `ovis doctor`: what is here, where it came from, what is missing and how to get it. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('show versions, parts, devices, ports, memory and disk, and how to fix what is missing')
    .option('--json', 'print everything as JSON')
    .action(async (options: { json?: boolean }) => {
      process.exitCode = await runDoctor(options);
    });
}
