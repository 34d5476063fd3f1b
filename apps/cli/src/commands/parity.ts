import { resolve } from 'node:path';
import type { ParityReport, ParityRow } from '@ovis/parity';
import { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { EndWith, exitCodes, explain } from '../errors.ts';
import { count, table } from '../format.ts';

interface ParityCommandOptions {
  json?: boolean;
  failures?: boolean;
}

/** `ovis parity`: compares this implementation with golden data of the official one. */
export function parityCommand(context: CliContext): Command {
  return new Command('parity')
    .description('compare the model with golden data of the official implementation, tensor by tensor')
    .argument('<dir>', 'a model case: checkpoint/, forward.json, forward.safetensors, stage1.json and so on')
    .option('--json', 'print {"case", "checks", "failed", "compared"} as JSON')
    .option('--failures', 'list only what differs or is missing')
    .addHelpText(
      'after',
      '\nExit code: 0 all within tolerance, 1 something differs or is missing, 2 the case cannot be read or has files or fields that are not known.',
    )
    .action((dir: string, options: ParityCommandOptions) => parity(context, dir, options));
}

async function parity(context: CliContext, dir: string, options: ParityCommandOptions): Promise<void> {
  const report = await run(context, dir, options);
  if (options.json === true) context.out(JSON.stringify(report, numbers, 2));
  else lines(report, options.failures === true).forEach(context.out);
  if (report.failed > 0) throw new EndWith(exitCodes.failure);
}

async function run(context: CliContext, dir: string, options: ParityCommandOptions): Promise<ParityReport> {
  try {
    // Loads TensorFlow, which no other command needs.
    const { runParity } = await import('@ovis/parity');
    const onCheck = (name: string) => context.rewrite?.(`${name} ...`);
    return await runParity(resolve(context.cwd, dir), options.json === true ? {} : { onCheck });
  } catch (error) {
    explain(error).forEach(context.err);
    throw new EndWith(exitCodes.usage);
  }
}

/** JSON has no NaN: what is none is null. */
function numbers(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? null : value;
}

function lines(report: ParityReport, failuresOnly: boolean): string[] {
  const shown = report.checks.filter(({ verdict }) => !failuresOnly || verdict !== 'ok');
  const head = ['tensor', 'shape', 'max abs', 'max rel', 'limit', 'verdict'];
  const text = table([head, ...shown.map(cells)]);
  const out: string[] = shown.length > 0 ? [text[0]!] : [];
  let check = '';
  shown.forEach((row, i) => {
    if (row.check !== check) out.push(...heading(report, (check = row.check)));
    out.push(text[i + 1]!);
  });
  const checks = new Set(report.checks.map((row) => row.check));
  const verdict = report.failed === 0 ? 'all within tolerance' : `${count(report.failed)} FAILED`;
  return [
    ...out,
    '',
    `${report.case}: ${count(report.compared)} comparisons in ${checks.size} checks, ${verdict}`,
  ];
}

function heading(report: ParityReport, check: string): string[] {
  const all = report.checks.filter((row) => row.check === check);
  const failed = all.filter(({ verdict }) => verdict !== 'ok').length;
  return ['', `${check} (${all.length} compared${failed > 0 ? `, ${failed} FAILED` : ''})`];
}

function cells(row: ParityRow): string[] {
  const verdict = row.note === undefined ? row.verdict : `${row.verdict}: ${row.note.split('\n')[0]}`;
  return [
    `  ${row.tensor}`,
    `[${row.shape.join(', ')}]`,
    scientific(row.maxAbs),
    scientific(row.maxRel),
    scientific(row.limit),
    verdict,
  ];
}

function scientific(value: number): string {
  if (Number.isNaN(value)) return '-';
  return value === 0 ? '0' : value.toExponential(1);
}
