import { setTimeout as sleep } from 'node:timers/promises';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { Client, Connection, WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import {
  failureCause,
  reportSignalName,
  stageWorkflowId,
  type RunReport,
  type TrainingActivities,
} from '@ovis/workflows';
import { ControllerError } from './errors.ts';
import type { RunFeed } from './fleet/run-feed.ts';
import type { Log } from './logger.ts';

export interface TemporalOptions {
  address: string;
  namespace: string;
}

export interface TemporalConnections {
  native: NativeConnection;
  client: Client;
  close(): Promise<void>;
}

/** Once per process: Temporal's own log says only what goes wrong, in the same place as ours; signals are main's. */
export function installTemporalRuntime(log: Log): void {
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      const error: unknown = meta?.['error'];
      const detail = error instanceof Error ? `: ${error.message}` : '';
      log[level === 'ERROR' ? 'error' : 'warn'](`temporal: ${message}${detail}`);
    }),
    shutdownSignals: [],
  });
}

/** @throws ControllerError TEMPORAL_UNREACHABLE, NO_NAMESPACE */
export async function connectTemporal({ address, namespace }: TemporalOptions): Promise<TemporalConnections> {
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({ address, connectTimeout: '5 seconds' });
    await connection.workflowService.describeNamespace({ namespace });
    const native = await NativeConnection.connect({ address });
    const client = new Client({ connection, namespace });
    const opened = connection;
    return { native, client, close: async () => void (await Promise.all([native.close(), opened.close()])) };
  } catch (error) {
    await connection?.close();
    const message = error instanceof Error ? error.message : String(error);
    if (/not found/i.test(message)) {
      throw new ControllerError(
        'NO_NAMESPACE',
        `the Temporal server at ${address} has no namespace '${namespace}'`,
        `temporal operator namespace create -n ${namespace} --address ${address}   (or set TEMPORAL_NAMESPACE)`,
        error,
      );
    }
    throw new ControllerError(
      'TEMPORAL_UNREACHABLE',
      `cannot reach the Temporal server at ${address}: ${message}`,
      "start one with 'ovis up' (or 'temporal server start-dev'), or set TEMPORAL_ADDRESS to the one to use",
      error,
    );
  }
}

export function createWorker(o: {
  native: NativeConnection;
  namespace: string;
  taskQueue: string;
  codePath: string;
  activities: TrainingActivities;
}): Promise<Worker> {
  return Worker.create({
    connection: o.native,
    namespace: o.namespace,
    taskQueue: o.taskQueue,
    workflowBundle: { codePath: o.codePath },
    activities: o.activities,
    // The defaults batch heartbeats for up to a minute: progress would be lost and cancellation would wait.
    maxHeartbeatThrottleInterval: '500 ms',
    defaultHeartbeatThrottleInterval: '500 ms',
    // The default lets the next workflow task wait 10 s for a controller that died.
    stickyQueueScheduleToStartTimeout: '1 second',
    shutdownGraceTime: '2 seconds',
    shutdownForceTime: '5 seconds',
  });
}

/** Sends reports to the stages of runs; one that is over takes none. */
export function reporter(client: Client, log: Log): (runId: string, report: RunReport) => Promise<void> {
  return async (runId, report) => {
    try {
      await client.workflow.getHandle(stageWorkflowId(runId, report.stage)).signal(reportSignalName, report);
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) log.warn(`${runId}: no report: ${String(error)}`);
    }
  };
}

/** Temporal, when it is away, is asked so often how a run stands, ms. */
const AWAY_MS = 1_000;

/** Waits for the end of runs that somebody watches, to say the last word in their feed. */
export class RunFollower {
  readonly #client: Pick<Client, 'workflow'>;
  readonly #feed: RunFeed;
  readonly #following = new Set<string>();
  readonly #patienceMs: number;
  readonly #log: Log;
  readonly #closed = new AbortController();

  /** @param o.patienceMs how long a run may be watched before it is started */
  constructor(client: Pick<Client, 'workflow'>, feed: RunFeed, o: { log: Log; patienceMs?: number }) {
    this.#client = client;
    this.#feed = feed;
    this.#log = o.log;
    this.#patienceMs = o.patienceMs ?? 10_000;
  }

  /** Follows no run any longer. */
  close(): void {
    this.#closed.abort();
  }

  /** Returns at once for a run that is going on or already followed. */
  async follow(runId: string): Promise<void> {
    if (this.#following.has(runId) || this.#feed.isFinal(runId)) return;
    this.#following.add(runId);
    void this.#resultOf(runId)
      .then(
        () => this.#feed.note(runId, 'completed', { final: true }),
        (error: unknown) => {
          if (this.#closed.signal.aborted) return;
          const { level, message } = lastWord(runId, error);
          this.#feed.note(runId, message, { level, final: true });
        },
      )
      .finally(() => this.#following.delete(runId));
  }

  /** A run goes on while Temporal is away: then it is asked again, for as long as that takes. */
  async #resultOf(runId: string): Promise<unknown> {
    const { signal } = this.#closed;
    const deadline = performance.now() + this.#patienceMs;
    let away = false;
    for (;;) {
      try {
        return await this.#client.workflow.getHandle(runId).result();
      } catch (error) {
        const unknown = error instanceof WorkflowNotFoundError;
        if (signal.aborted || error instanceof WorkflowFailedError) throw error;
        if (unknown && performance.now() > deadline) throw error;
        if (!unknown && !away)
          this.#log.warn(`${runId}: Temporal does not say how it stands: ${String(error)}`);
        away ||= !unknown;
        await sleep(unknown ? 250 : AWAY_MS, undefined, { signal });
      }
    }
  }
}

function lastWord(runId: string, error: unknown): { level: 'warn' | 'error'; message: string } {
  if (error instanceof WorkflowNotFoundError)
    return { level: 'error', message: `there is no run '${runId}'` };
  if (!(error instanceof WorkflowFailedError)) return { level: 'error', message: String(error) };
  if (error.cause?.name === 'CancelledFailure') return { level: 'warn', message: 'cancelled' };
  const cause = failureCause(error.cause);
  return { level: 'error', message: `failed: ${cause.message}. ${cause.hint}` };
}
