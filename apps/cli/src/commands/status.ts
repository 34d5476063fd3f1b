import { Command } from 'commander';
import type { Client } from '@temporalio/client';
import { fleetClient, type WaitingGang } from '@ovis/protocol';
import { trainWorkflow } from '@ovis/workflows';
import { findCluster } from '../cluster.ts';
import type { CliContext } from '../context.ts';
import { count, duration, loss, table } from '../format.ts';
import { checkRunId } from '../run-id.ts';
import { describeRun, progressOf, type SeenProgress } from '../runs.ts';
import { withTemporal } from '../temporal.ts';

export function statusCommand(context: CliContext): Command {
  return new Command('status')
    .description('show one run, or list all')
    .argument('[run]', 'id of the run')
    .option('--json', 'print JSON')
    .action(async (run: string | undefined, options: { json?: boolean }) => {
      if (run !== undefined) checkRunId(run);
      const cluster = findCluster(context.env, context.cwd);
      await withTemporal(cluster, (client) =>
        run === undefined
          ? listRuns(context, client, { json: options.json === true, fleetAddress: cluster.fleetAddress })
          : showRun(context, client, run, options.json === true),
      );
    });
}

async function listRuns(
  context: CliContext,
  client: Client,
  { json, fleetAddress }: { json: boolean; fleetAddress: string | undefined },
): Promise<void> {
  const rows: { run: string; status: string; started: string; seconds: number }[] = [];
  for await (const info of client.workflow.list({ query: `WorkflowType = '${trainWorkflow}'` })) {
    const end = info.closeTime?.getTime() ?? Date.now();
    rows.push({
      run: info.workflowId,
      status: info.status.name.toLowerCase(),
      started: info.startTime.toISOString().slice(0, 19).replace('T', ' '),
      seconds: Math.round((end - info.startTime.getTime()) / 1000),
    });
  }
  if (json) return context.out(JSON.stringify(rows, null, 2));
  if (rows.length === 0) return context.out("no runs yet: 'ovis submit run.yaml' starts one");
  const lines = rows.map((row) => [row.run, row.status, row.started, duration(row.seconds)]);
  table([['run', 'status', 'started (UTC)', 'took'], ...lines]).forEach(context.out);
  const queue = await queueOf(fleetAddress);
  if (queue.length === 0) return;
  context.out('');
  queueLines(queue).forEach(context.out);
}

/** Gangs that wait, as the controller knows them; none when it does not answer. */
async function queueOf(fleetAddress: string | undefined): Promise<WaitingGang[]> {
  if (fleetAddress === undefined) return [];
  const fleet = fleetClient(fleetAddress, { deadlineMs: 3_000 });
  try {
    return (await fleet.listFleet()).queue;
  } catch {
    return [];
  } finally {
    fleet.close();
  }
}

/** Who waits for trainers, the next one first, and why. */
export function queueLines(queue: readonly WaitingGang[]): string[] {
  return queue.map(({ runId, stage, priority, waitedMs, reason }, at) => {
    const what = stage === 0 ? 'evaluation' : `stage ${stage}`;
    const urgent = priority === 0 ? '' : `, priority ${priority}`;
    return `waits ${at + 1}     ${runId} ${what}${urgent}, for ${duration(waitedMs / 1000)}: ${reason}`;
  });
}

async function showRun(context: CliContext, client: Client, runId: string, json: boolean): Promise<void> {
  const description = await describeRun(client, runId);
  const progress = await progressOf(client, runId);
  const temporalStatus = description.status.name.toLowerCase();
  if (json)
    return context.out(JSON.stringify({ runId, temporalStatus, progress: progress ?? null }, null, 2));
  const took = (description.closeTime?.getTime() ?? Date.now()) - description.startTime.getTime();
  context.out(`run         ${runId}`);
  context.out(`status      ${progress?.status ?? temporalStatus}, ${duration(took / 1000)}`);
  if (progress === undefined) {
    context.out("progress    unknown: no controller answers (start one with 'ovis up')");
    return;
  }
  progressLines(progress).forEach(context.out);
}

function progressLines(progress: SeenProgress): string[] {
  const lines: string[] = [];
  const running = progress.status === 'training' || progress.status === 'recovering';
  if (running && progress.stage !== 0) {
    lines.push(
      `stage       ${progress.stage} of 3, step ${count(progress.step)} of ${count(progress.totalSteps)}, loss ${loss(progress.loss)}, ${count(progress.imagesPerSecond ?? 0)} images/s`,
    );
    const slow = (score = 1) => (score > 1.2 ? `, ${score.toFixed(1)}x the median of the gang` : '');
    const each = progress.trainers.map((t) => `${t.trainerId} ${t.state}${slow(t.straggler)}`).join(', ');
    lines.push(`trainers    ${each || 'none yet'} (generation ${progress.generation})`);
  }
  if (progress.waiting !== undefined) lines.push(`waits       ${progress.waiting}`);
  for (const stage of progress.stages) {
    const end = stage.finalLoss === undefined ? '' : `, final loss ${loss(stage.finalLoss)}`;
    lines.push(
      `stage ${stage.stage}     ${stage.status === 'before' ? 'done before the resume' : stage.status}, ${count(stage.steps)} steps${end}`,
    );
  }
  for (const warning of progress.warnings ?? []) lines.push(`warning     ${warning}`);
  if (progress.checkpoint !== '') lines.push(`checkpoint  ${progress.checkpoint}`);
  if (progress.resultUrl !== undefined) lines.push(`result      ${progress.resultUrl}`);
  if (progress.note !== '' && progress.note !== progress.status) lines.push(`last note   ${progress.note}`);
  if (progress.error !== undefined) {
    lines.push(`error       ${progress.error.code}: ${progress.error.message}`);
    lines.push(`  fix       ${progress.error.hint}`);
  }
  return lines;
}
