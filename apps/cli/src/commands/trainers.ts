import { Command } from 'commander';
import {
  fleetClient,
  RpcError,
  StagePhase,
  TrainerState,
  type FleetClient,
  type Heartbeat,
} from '@ovis/protocol';
import { findCluster } from '../cluster.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../errors.ts';
import { bytes, duration, table } from '../format.ts';
import { queueLines } from './status.ts';

export function trainersCommand(context: CliContext): Command {
  const trainers = new Command('trainers')
    .description('list the trainers of the fleet, what they do, and who waits for some')
    .option('--json', 'print JSON')
    .action((options: { json?: boolean }) => listTrainers(context, options.json === true));
  trainers
    .command('drain')
    .description(
      'let a trainer finish its step, save a checkpoint and leave; its run goes on without it or with another one',
    )
    .argument('<id>', 'id of the trainer')
    .option('--reason <text>', 'for the logs', 'ovis trainers drain')
    .action((id: string, options: { reason: string }) => drain(context, id, options.reason));
  return trainers;
}

async function drain(context: CliContext, trainerId: string, reason: string): Promise<void> {
  await withFleet(context, (fleet) => fleet.drainTrainer({ trainerId, reason }));
  context.out(`draining    ${trainerId}: it stops behind its step, with a checkpoint, and leaves`);
}

/** @throws CliError NO_FLEET, FLEET_UNREACHABLE, or the controller's own refusal */
async function withFleet<T>(context: CliContext, call: (fleet: FleetClient) => Promise<T>): Promise<T> {
  const { fleetAddress } = findCluster(context.env, context.cwd);
  if (fleetAddress === undefined) {
    throw new CliError(
      'NO_FLEET',
      'no controller is known',
      "set OVIS_FLEET_ADDRESS=HOST:PORT, or start a local cluster with 'ovis up'",
    );
  }
  const client = fleetClient(fleetAddress, { deadlineMs: 5_000 });
  try {
    return await call(client);
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    if (error.code === 'NOT_FOUND') throw new CliError(error.code, error.message, error.hint, error);
    throw new CliError(
      'FLEET_UNREACHABLE',
      `cannot reach the controller: ${error.message}`,
      "start a local cluster with 'ovis up', or set OVIS_FLEET_ADDRESS",
      error,
    );
  } finally {
    client.close();
  }
}

async function listTrainers(context: CliContext, json: boolean): Promise<void> {
  const { trainers, queue } = await withFleet(context, (fleet) => fleet.listFleet());
  if (json) return context.out(JSON.stringify(trainers, null, 2));
  if (trainers.length === 0) return context.out('no trainers have registered with the controller');
  const rows = trainers.map(({ registration, heartbeat, connected, silentMs, ...rest }) => [
    registration?.trainerId ?? '',
    connected ? stateOf(heartbeat?.state) : `lost ${duration(silentMs / 1000)} ago`,
    worksOn(heartbeat, rest.leaseRunId),
    rest.stragglerScore > 0 ? `${rest.stragglerScore.toFixed(2)}x` : '-',
    `${registration?.device?.kind ?? ''} ${registration?.device?.name ?? ''}`.trim(),
    bytes(registration?.device?.memoryBytes || registration?.memoryBytes || 0),
    `${registration?.host ?? ''} pid ${registration?.pid ?? 0}`,
    registration?.grpcAddress ?? '',
  ]);
  table([
    ['trainer', 'state', 'works on', 'step time', 'device', 'memory', 'host', 'address'],
    ...rows,
  ]).forEach(context.out);
  queueLines(queue).forEach(context.out);
}

function worksOn(heartbeat: Heartbeat | null | undefined, leaseRunId: string): string {
  if (heartbeat?.runId) {
    const { runId, stage, step, phase } = heartbeat;
    return `${runId} stage ${stage} step ${step} ${phaseOf(phase)}`.trim();
  }
  if (heartbeat?.held)
    return `holds ${heartbeat.held.runId} stage ${heartbeat.held.stage} step ${heartbeat.held.step}`;
  return leaseRunId === '' ? '-' : `kept for ${leaseRunId}`;
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
