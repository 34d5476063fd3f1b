import { fleetClient, TrainerState, type ListTrainersResponse, type Trainer } from '@ovis/protocol';
import { waitUntil } from './processes.ts';

/** What the controller says of the fleet of a test cluster. */
export class Fleet {
  readonly #address: string;

  constructor(address: string) {
    this.#address = address;
  }

  async state(): Promise<ListTrainersResponse> {
    const client = fleetClient(this.#address, { deadlineMs: 5_000 });
    try {
      return await client.listFleet();
    } finally {
      client.close();
    }
  }

  /** The trainer that is this rank of a run. */
  async member(runId: string, rank: number): Promise<{ trainerId: string; pid: number }> {
    return waitUntil(`rank ${rank} of ${runId}`, async () => {
      const found = (await this.state()).trainers.find(({ connected, heartbeat }) => {
        return connected && heartbeat?.runId === runId && heartbeat.rank === rank;
      });
      const { trainerId = '', pid = 0 } = found?.registration ?? {};
      return pid === 0 ? undefined : { trainerId, pid };
    });
  }

  /** Waits until so many trainers are free: idle, and kept for nobody. */
  async waitForFree(count: number): Promise<string[]> {
    return waitUntil(`${count} free trainers`, async () => {
      const free = (await this.state()).trainers
        .filter(isFree)
        .map(({ registration }) => registration?.trainerId ?? '');
      return free.length >= count ? free : undefined;
    });
  }
}

function isFree({ connected, heartbeat, leaseRunId }: Trainer): boolean {
  return connected && heartbeat?.state === TrainerState.IDLE && leaseRunId === '';
}
