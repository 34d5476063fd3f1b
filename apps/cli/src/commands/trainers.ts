import { Command } from 'commander';
import { fleetClient, RpcError, StagePhase, TrainerState, type Trainer } from '@ovis/protocol';
import { findCluster } from '../cluster.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../errors.ts';
import { bytes, duration, table } from '../format.ts';

export function trainersCommand(context: CliContext): Command {
  return new Command('trainers')
    .description('list the trainers of the fleet and what they do')
    .option('--json', 'print JSON')
    .action((options: { json?: boolean }) => listTrainers(context, options.json === true));
}

async function listTrainers(context: CliContext, json: boolean): Promise<void> {
  const { fleetAddress } = findCluster(context.env, context.cwd);
  if (fleetAddress === undefined) {
    throw new CliError(
      'NO_FLEET',
      'no controller is known',
      "set OVIS_FLEET_ADDRESS=HOST:PORT, or start a local cluster with 'ovis up'",
    );
  }
  const client = fleetClient(fleetAddress, { deadlineMs: 5_000 });
  let trainers: Trainer[];
  try {
    trainers = await client.listTrainers();
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    throw new CliError(
      'FLEET_UNREACHABLE',
      `cannot reach the controller: ${error.message}`,
      "start a local cluster with 'ovis up', or set OVIS_FLEET_ADDRESS",
      error,
    );
  } finally {
    client.close();
  }
  if (json) return context.out(JSON.stringify(trainers, null, 2));
  if (trainers.length === 0)
    return context.out(`no trainers have registered with the controller at ${fleetAddress}`);
  const rows = trainers.map(({ registration, heartbeat, connected, silentMs }) => [
    registration?.trainerId ?? '',
    connected ? stateOf(heartbeat?.state) : `lost ${duration(silentMs / 1000)} ago`,
    heartbeat?.runId
      ? `${heartbeat.runId} stage ${heartbeat.stage} step ${heartbeat.step} ${phaseOf(heartbeat.phase)}`.trim()
      : '-',
    `${registration?.device?.kind ?? ''} ${registration?.device?.name ?? ''}`.trim(),
    bytes(registration?.device?.memoryBytes || registration?.memoryBytes || 0),
    `${registration?.host ?? ''} pid ${registration?.pid ?? 0}`,
    registration?.grpcAddress ?? '',
  ]);
  table([['trainer', 'state', 'works on', 'device', 'memory', 'host', 'address'], ...rows]).forEach(
    context.out,
  );
}

function stateOf(state: TrainerState | undefined): string {
  return nameOf(TrainerState, state) ?? 'starting';
}

function phaseOf(phase: StagePhase): string {
  return phase === StagePhase.UNSPECIFIED ? '' : (nameOf(StagePhase, phase) ?? '');
}

function nameOf(names: Record<string, number>, value: number | undefined): string | undefined {
  return Object.entries(names)
    .find(([, number]) => number === value)?.[0]
    .toLowerCase();
}
