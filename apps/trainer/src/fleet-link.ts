import { fleetClient, type HeartbeatInput, type RegistrationInput } from '@ovis/protocol';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@ovis/telemetry';

export interface FleetLinkOptions {
  fleetAddress: string;
  registration: RegistrationInput;
  heartbeat: () => HeartbeatInput;
  onDrain: (reason: string) => void;
  /** Nobody speaks for this gang any more. */
  onForget: (gangId: string, generation: number) => void;
  log: Logger;
  signal: AbortSignal;
}

/** Longest pause between two attempts to reach the controller, in ms. */
const LONGEST_PAUSE = 5_000;

/**
 * Keeps this trainer registered with the controller: registers, sends heartbeats, and comes back after every loss of
 * the connection. Work in progress does not depend on it.
 */
export async function keepRegistered(o: FleetLinkOptions): Promise<void> {
  const client = fleetClient(o.fleetAddress);
  let pause = 200;
  while (!o.signal.aborted) {
    try {
      await stayRegistered(client, o, () => (pause = 200));
    } catch (error) {
      if (o.signal.aborted) break;
      o.log.warn(
        `controller ${o.fleetAddress} is away, trying again: ${error instanceof Error ? error.message : error}`,
      );
    }
    await sleep(pause, undefined, { signal: o.signal }).catch(() => {});
    pause = Math.min(LONGEST_PAUSE, pause * 2);
  }
  client.close();
}

async function stayRegistered(
  client: ReturnType<typeof fleetClient>,
  o: FleetLinkOptions,
  onAccepted: () => void,
): Promise<void> {
  const stream = client.watch({ signal: o.signal });
  let beat: NodeJS.Timeout | undefined;
  const send = () => void stream.send({ heartbeat: o.heartbeat() }).catch(() => stream.cancel());
  try {
    await stream.send({ registration: o.registration });
    for await (const command of stream) {
      if (command.command === 'accepted') {
        onAccepted();
        o.log.info(`registered with the controller at ${o.fleetAddress}`);
        send();
        clearInterval(beat);
        beat = setInterval(send, Math.max(50, command.accepted.heartbeatMs));
      } else if (command.command === 'drain') o.onDrain(command.drain.reason);
      else if (command.command === 'forget') o.onForget(command.forget.gangId, command.forget.generation);
    }
  } finally {
    clearInterval(beat);
    stream.cancel();
  }
}
