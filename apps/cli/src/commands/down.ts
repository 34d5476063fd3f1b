import { runDown } from '@ovis/bootstrap';
import type { Command } from 'commander';

/** `ovis down`: stops the local cluster from another terminal. */
export function addDown(program: Command): void {
  program
    .command('down')
    .description('stop the local cluster of this clone')
    .action(async () => {
      process.exitCode = await runDown();
    });
}
