import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { openStorage } from '@ovis/storage';
import { prettyLine } from '@ovis/telemetry';
import { findCluster } from '../cluster.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../errors.ts';
import { checkRunId } from '../run-id.ts';
import { listLogChunks, readLogLines, type LogFilter, type LogLine } from '../run-logs.ts';
import { describeRun, memoOf } from '../runs.ts';
import { withTemporal } from '../temporal.ts';

interface LogsOptions {
  rank?: number;
  stage?: number;
  trainer?: string;
  since?: number;
  follow?: boolean;
  json?: boolean;
}

/** How often new chunks are looked for. */
const followMs = 1_000;

export function logsCommand(context: CliContext): Command {
  return new Command('logs')
    .description("print what a run's trainers have logged, in order of time")
    .argument('<run>', 'id of the run')
    .option('--rank <n>', 'only of this rank', wholeNumber)
    .option('--stage <n>', 'only of this stage', wholeNumber)
    .option('--trainer <id>', 'only of this trainer')
    .option('--since <time>', 'only from then on: 30s, 10m, 2h, 1d, or a date', sinceTime)
    .option('-f, --follow', 'go on printing what comes, until the run ends or Ctrl-C')
    .option('--json', 'lines as they were written')
    .action((run: string, options: LogsOptions) => logs(context, checkRunId(run), options));
}

async function logs(context: CliContext, runId: string, options: LogsOptions): Promise<void> {
  const cluster = findCluster(context.env, context.cwd);
  await withTemporal(cluster, async (client) => {
    const description = await describeRun(client, runId);
    const memo = memoOf(description);
    if (memo === undefined) {
      throw new CliError(
        'NO_CONFIG',
        `Temporal does not know where run '${runId}' writes`,
        `look in <storage>/${runId}/logs/`,
      );
    }
    const storage = openStorage(memo.config.storage, cluster.storageEnv);
    const filter: LogFilter = options;
    const seen = new Set<string>();
    let running = description.status.name === 'RUNNING';
    let lines = 0;
    for (;;) {
      const fresh = (await listLogChunks(storage, runId, filter)).filter(({ key }) => !seen.has(key));
      for (const { key } of fresh) seen.add(key);
      const found = await readLogLines(storage, fresh, filter);
      for (const line of found) context.out(shown(line, options));
      lines += found.length;
      // Once more behind the end: the last lines come a moment later.
      if (options.follow !== true || !running || context.signal.aborted) break;
      running = (await describeRun(client, runId)).status.name === 'RUNNING';
      await sleep(running ? followMs : 3 * followMs, undefined, { signal: context.signal }).catch(() => {});
    }
    if (lines === 0 && options.follow !== true) {
      context.err(`no log lines of '${runId}' in ${memo.config.storage}/${runId}/logs/ that are asked for`);
    }
  });
}

function shown({ json, chunk }: LogLine, options: LogsOptions): string {
  if (options.json === true) return json;
  return `s${chunk.stage} r${chunk.rank} ${prettyLine(json, false).trimEnd()}`;
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It is a whole number.');
  return Number(text);
}

const unitMs: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function sinceTime(text: string): number {
  const [, amount, unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (amount !== undefined) return Date.now() - Number(amount) * (unitMs[unit] ?? 0);
  const atMs = Date.parse(text);
  if (Number.isNaN(atMs))
    throw new InvalidArgumentError('It is 30s, 10m, 2h, 1d, or a date like 2026-01-31T12:00Z.');
  return atMs;
}
