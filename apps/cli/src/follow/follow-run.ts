import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowFailedError, type Client } from '@temporalio/client';
import { fleetClient, RpcError } from '@ovis/protocol';
import { failureCause, type trainOvis, type TrainResult } from '@ovis/workflows';
import type { Cluster } from '../cluster.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../errors.ts';
import { describeRun, progressOf } from '../runs.ts';
import { LiveLines, progressLine, type LiveLine } from './live-lines.ts';
import { RunState } from './run-state.ts';
import { StageBars } from './stage-bars.ts';

/** Without a terminal, a live line at most this often. */
const plainPauseMs = 2_000;

/**
 * Prints what a run does until it ends: from the controller's live stream, else from Temporal.
 * @throws CliError with the run's own error when it failed or was cancelled
 */
export async function followRun(
  context: CliContext,
  cluster: Cluster,
  client: Client,
  runId: string,
): Promise<void> {
  const streamed = cluster.fleetAddress !== undefined && (await stream(context, cluster.fleetAddress, runId));
  if (!streamed && !context.signal.aborted) await poll(context, client, runId, printer(context));
  if (context.signal.aborted) {
    context.err(`no longer watching ${runId}; it goes on ('ovis cancel ${runId}' stops it)`);
    return;
  }
  const result = await resultOf(client, runId);
  context.out(`completed   ${runId}`);
  context.out(`model       ${result.checkpointUrl}`);
  if (result.resultUrl !== undefined) context.out(`result      ${result.resultUrl}`);
}

/**
 * Shows the controller's live stream of a run until its end: bars in a terminal, lines otherwise.
 * @returns false when the stream cannot be had or breaks before the end
 */
export async function stream(
  context: CliContext,
  address: string,
  runId: string,
  o: { state?: RunState; signal?: AbortSignal } = {},
): Promise<boolean> {
  const state = o.state ?? new RunState();
  const signal = o.signal ?? context.signal;
  const print = printer(context);
  const lines = new LiveLines();
  const bars = context.terminal && new StageBars(state, context.terminal);
  const fleet = fleetClient(address, { deadlineMs: 3_000 });
  bars?.start();
  try {
    for await (const event of fleet.watchRun({ runId }, { signal })) {
      state.apply(event);
      if (!bars) lines.of(event).forEach(print);
      if (event.event === 'note' && event.note.final) return true;
    }
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    if (!signal.aborted)
      print({ text: `no live view: ${error.message}; asking Temporal instead`, live: false });
  } finally {
    bars?.stop();
    fleet.close();
  }
  return false;
}

async function poll(
  context: CliContext,
  client: Client,
  runId: string,
  print: (line: LiveLine) => void,
): Promise<void> {
  let last = '';
  while (!context.signal.aborted) {
    const { status } = await describeRun(client, runId);
    if (status.name !== 'RUNNING') return;
    const progress = await progressOf(client, runId);
    const text = progress === undefined ? 'waiting for a controller to answer' : progressLine(progress);
    if (text !== last) print({ text, live: true });
    last = text;
    await sleep(plainPauseMs, undefined, { signal: context.signal }).catch(() => {});
  }
}

async function resultOf(client: Client, runId: string): Promise<TrainResult> {
  try {
    return await client.workflow.getHandle<typeof trainOvis>(runId).result();
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    if (error.cause?.name === 'CancelledFailure') {
      throw new CliError(
        'CANCELLED',
        `run '${runId}' was cancelled`,
        `'ovis resume ${runId}' goes on from its last checkpoint`,
      );
    }
    const cause = failureCause(error.cause);
    throw new CliError(cause.code, `run '${runId}' failed: ${cause.message}`, cause.hint, error);
  }
}

function printer(context: CliContext): (line: LiveLine) => void {
  let lastLive = -Infinity;
  return ({ text, live }) => {
    if (!live) return context.out(text);
    if (context.rewrite !== undefined) return context.rewrite(text);
    const now = performance.now();
    if (now - lastLive < plainPauseMs) return;
    lastLive = now;
    context.out(text);
  };
}
