import { runUp } from '@ovis/bootstrap';
import { InvalidArgumentError, type Command } from 'commander';

/** `ovis up`: a local cluster until Ctrl-C. */
export function addUp(program: Command): void {
  program
    .command('up')
    .description(
      'start Temporal, S3, the controller and trainers on this machine; Ctrl-C or `ovis down` stops them',
    )
    .option('--trainers <n>', 'number of trainer processes', wholeNumber, 2)
    .option(
      '--spares <n>',
      'further trainers that wait to take the place of one that is lost',
      wholeNumber,
      0,
    )
    .option(
      '--metrics-port <port>',
      'serve metrics for Prometheus: of the controller at this port, of trainer i at port + i; 0 for free ports',
      port,
    )
    .option('--json', 'print the addresses as JSON when it is up')
    .action(async (options: { trainers: number; spares: number; metricsPort?: number; json?: boolean }) => {
      process.exitCode = await runUp(options);
    });
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_000) throw new InvalidArgumentError('a port, or 0');
  return value;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 64)
    throw new InvalidArgumentError('a whole number from 0 to 64');
  return value;
}
