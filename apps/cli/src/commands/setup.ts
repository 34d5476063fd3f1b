import { runSetup, type SetupOptions } from '@ovis/bootstrap';
import type { Command } from 'commander';

/** `ovis setup`: fetches what is missing, once. */
export function addSetup(program: Command): void {
  program
    .command('setup')
    .description('find or fetch the Temporal server, libtensorflow and an S3 server')
    .option(
      '--cuda',
      "the CUDA build of libtensorflow with NVIDIA's libraries, for NVIDIA GPUs (Linux x86_64, 3.3 GB)",
    )
    .option('--force', 'with --cuda: fetch it although there is no NVIDIA driver')
    .option('--dry-run', 'with --cuda: list what would be fetched, with sizes, and fetch nothing')
    .option('--json', 'print where each part is as JSON')
    .option('--quiet', 'print errors only')
    .action(async (options: SetupOptions) => {
      process.exitCode = await runSetup(options);
    });
}
