import { setTimeout as sleep } from 'node:timers/promises';
import { fleetClient } from './fleet.ts';
import type { RunEvent } from './generated/messages.ts';

export interface KeepWatchingOptions {
  /** "host:port" of the controller's fleet service. */
  fleetAddress: string;
  runId: string;
  /** Ends it. */
  signal: AbortSignal;
  onEvent: (event: RunEvent) => void;
}

/** Watches a run, also over controllers that end and start again, until the signal says that it is enough. Never rejects. */
export async function keepWatching({
  fleetAddress,
  runId,
  signal,
  onEvent,
}: KeepWatchingOptions): Promise<void> {
  while (!signal.aborted) {
    const client = fleetClient(fleetAddress);
    try {
      for await (const event of client.watchRun({ runId }, { signal })) onEvent(event);
    } catch {
      // The controller is away, or we stop.
    } finally {
      client.close();
    }
    await sleep(100, undefined, { signal }).catch(() => {});
  }
}
