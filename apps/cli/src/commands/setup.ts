import { runSetup } from '@ovis/bootstrap';
import type { Command } from 'commander';

/** `ovis setup`: fetches what is missing, once. */
export function addSetup(program: Command): void {
  program
    .command('setup')
    .description('find or fetch the Temporal server, libtensorflow and an S3 server')
    .option('--json', 'print where each part is as JSON')
    .option('--quiet', 'print errors only')
    .action(async (options: { json?: boolean; quiet?: boolean }) => {
      process.exitCode = await runSetup(options);
    });
}
