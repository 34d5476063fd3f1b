import { AsyncQueue, RequestError } from '@ovis/protocol';
import type { FleetCommandInput, FleetImplementation, TrainerReport } from '@ovis/protocol';
import type { Log } from '../logger.ts';
import type { GangQueue } from './gang-queue.ts';
import type { RunFeed } from './run-feed.ts';
import type { TrainerEntry, TrainerRegistry } from './trainer-registry.ts';

/** FleetService: trainers register and report here, people watch here. */
export function fleetService(o: {
  registry: TrainerRegistry;
  queue: GangQueue;
  feed: RunFeed;
  log: Log;
  /** Makes sure that the feed ends with the run. */
  follow: (runId: string) => Promise<void>;
}): FleetImplementation {
  const { registry, queue, feed, log } = o;
  return {
    watch: (reports, call) => {
      const commands = new AsyncQueue<FleetCommandInput>();
      call.signal.addEventListener('abort', () => commands.end(), { once: true });
      listen(reports, commands, { registry, log }).then(
        () => commands.end(),
        (error: unknown) => commands.fail(error),
      );
      return commands;
    },
    listTrainers: async () => ({
      trainers: registry.list().map((entry) => ({
        registration: entry.registration,
        heartbeat: entry.heartbeat,
        connected: registry.isAlive(entry.registration.trainerId),
        silentMs: registry.silentMs(entry),
        leaseRunId: entry.lease?.runId ?? '',
        stragglerScore: stragglerScore(entry, registry),
      })),
      queue: queue.list().map((waiting) => {
        const { runId, gangId, stage, priority, submittedAt, trainers, minTrainers } = waiting.input;
        return {
          ...{ runId, gangId, priority, trainers, minTrainers },
          stage: stage === 'evaluation' ? 0 : stage,
          submittedAtMs: submittedAt,
          reason: waiting.reason,
          waitedMs: queue.waitedMs(waiting),
        };
      }),
    }),
    drainTrainer: async ({ trainerId, reason }) => {
      const entry = registry.find(trainerId);
      if (entry === undefined || !entry.connected || entry.command === undefined) {
        throw new RequestError(
          'NOT_FOUND',
          `no trainer '${trainerId}' is connected`,
          "'ovis trainers' lists those that are",
        );
      }
      entry.command({ drain: { reason: reason || 'asked to leave' } });
      log.info(`trainer ${trainerId} is asked to leave: ${reason || 'no reason given'}`);
      return {};
    },
    watchRun: async function* ({ runId }, call) {
      if (runId === '')
        throw new RequestError('INVALID_ARGUMENT', 'no run id was given', 'pass the id of a run');
      await o.follow(runId);
      const queue = feed.watch(runId);
      call.signal.addEventListener('abort', () => queue.end(), { once: true });
      yield* queue;
    },
  };
}

/** Own time of a step beside the median of the gang's; 0 when nothing is known. */
function stragglerScore({ heartbeat }: TrainerEntry, registry: TrainerRegistry): number {
  if (heartbeat === undefined || heartbeat.ownMs === 0) return 0;
  const peers = registry
    .alive()
    .filter((one) => one.heartbeat?.gangId === heartbeat.gangId && one.heartbeat.ownMs > 0)
    .map((one) => one.heartbeat?.ownMs ?? 0)
    .sort((a, b) => a - b);
  const median = peers[Math.floor((peers.length - 1) / 2)] ?? 0;
  return peers.length < 2 || median === 0 ? 0 : heartbeat.ownMs / median;
}

/** One trainer's stream, until it ends. */
async function listen(
  reports: AsyncIterable<TrainerReport>,
  commands: AsyncQueue<FleetCommandInput>,
  { registry, log }: { registry: TrainerRegistry; log: Log },
): Promise<void> {
  let entry: TrainerEntry | undefined;
  try {
    for await (const report of reports) {
      if (report.report === 'registration') {
        const { registration } = report;
        checkRegistration(registration);
        entry = registry.register(registration);
        entry.command = (command) => commands.push(command);
        log.info(
          `trainer ${registration.trainerId} registered: ${registration.device?.kind ?? 'device'} ${registration.device?.name ?? ''} on ${registration.host}, ${registration.grpcAddress}`,
        );
        commands.push({ accepted: { heartbeatMs: registry.times.heartbeatMs } });
      } else if (report.report === 'heartbeat') {
        if (entry === undefined) {
          throw new RequestError(
            'FAILED_PRECONDITION',
            'a heartbeat came before a registration',
            'register first',
          );
        }
        registry.beat(entry, report.heartbeat);
      }
    }
  } finally {
    if (entry !== undefined) {
      registry.disconnect(entry);
      log.warn(`trainer ${entry.registration.trainerId} disconnected`);
    }
  }
}

function checkRegistration(registration: {
  trainerId: string;
  grpcAddress: string;
  collectiveAddress: string;
}): void {
  for (const [name, value] of Object.entries({
    trainer_id: registration.trainerId,
    grpc_address: registration.grpcAddress,
    collective_address: registration.collectiveAddress,
  })) {
    if (value === '') {
      throw new RequestError('INVALID_ARGUMENT', `a registration came without ${name}`, 'update the trainer');
    }
  }
}
