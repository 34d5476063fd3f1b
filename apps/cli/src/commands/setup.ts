import { runSetup, taskListFor, type SetupOptions } from '@ovis/bootstrap';
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
    .option(
      '--smollm2',
      'also the weights of SmolLM2-135M-Instruct (93 MB), made into the backbones of runs/smollm2-icons.yaml',
    )
    .option('--json', 'print where each part is as JSON')
    .option('--quiet', 'print errors only')
    .action(async ({ smollm2, ...options }: SetupOptions & { smollm2?: boolean }) => {
      process.exitCode = await runSetup(options);
      if (!smollm2 || options.dryRun || process.exitCode !== 0) return;
      const { smollm2Backbones } = await import('../demo/smollm2.ts');
      await smollm2Backbones(taskListFor(options));
    });
}
