import { TrainerState, type RunEventInput } from '@ovis/protocol';
import { counters, gauges, processRegistry } from '@ovis/telemetry';
import { lowerMedian } from '../lower-median.ts';
import type { GangQueue } from './gang-queue.ts';
import type { TrainerEntry, TrainerRegistry } from './trainer-registry.ts';

const stage = ['run', 'stage'] as const;
const stateNames: Record<number, string> = {
  [TrainerState.IDLE]: 'idle',
  [TrainerState.BUSY]: 'busy',
  [TrainerState.DRAINING]: 'draining',
};

/** What the controller tells Prometheus (docs/monitoring.md): the fleet, and where runs stand. */
export class FleetMetrics {
  readonly registry = processRegistry();
  readonly #fleet = gauges(this.registry, {
    ovis_trainers: { help: 'Trainers of the fleet, by what they do.', labels: ['state'] },
    ovis_trainer_silence_seconds: { help: 'Since a trainer was heard of.', labels: ['trainer'] },
    ovis_trainer_straggler_ratio: {
      help: "A trainer's own time of a step by the median of its gang; 1 is as fast as the others.",
      labels: ['trainer', 'run'],
    },
    ovis_gangs_waiting: { help: 'Gangs that wait for trainers.' },
    ovis_gang_longest_wait_seconds: { help: 'How long the first of them has waited.' },
  });
  readonly #runs = gauges(this.registry, {
    ovis_run_step: { help: 'Optimizer steps of the stage that are done.', labels: stage },
    ovis_run_loss: { help: 'Loss of the last step, nats per token.', labels: stage },
    ovis_run_images_per_second: { help: 'Pictures of all trainers per second.', labels: stage },
    ovis_run_warning_active: { help: '1 while a signature is seen.', labels: [...stage, 'signature'] },
  });
  readonly #counters = counters(this.registry, {
    ovis_run_failures_total: { help: 'Ends of a stage on a trainer by an error.', labels: ['run', 'code'] },
    ovis_run_warnings_total: { help: 'Warnings, by signature.', labels: [...stage, 'signature'] },
  });

  constructor({ registry, queue }: { registry: TrainerRegistry; queue: GangQueue }) {
    // One of them reads all when it is asked for.
    Object.assign(this.#fleet.ovis_trainers, { collect: () => this.#look(registry, queue) });
  }

  /** Something that a run's trainers or the controller said. */
  apply({ runId, rank = 0, stage: event }: RunEventInput & { runId: string }): void {
    if (event?.failed)
      this.#counters.ovis_run_failures_total.inc({ run: runId, code: event.failed.code ?? '' });
    if (!event || rank !== 0) return;
    const of = { run: runId, stage: event.stage ?? 0 };
    if (event.step) {
      this.#runs.ovis_run_step.set(of, event.step.step ?? 0);
      this.#runs.ovis_run_loss.set(of, event.step.loss ?? 0);
      this.#runs.ovis_run_images_per_second.set(of, event.step.imagesPerS ?? 0);
    }
    if (event.warning) {
      const { over } = event.warning;
      const signature = event.warning.signature ?? '';
      this.#runs.ovis_run_warning_active.set({ ...of, signature }, over || signature === 'bad-loss' ? 0 : 1);
      if (!over) this.#counters.ovis_run_warnings_total.inc({ ...of, signature });
    }
  }

  #look(registry: TrainerRegistry, queue: GangQueue): void {
    const fleet = this.#fleet;
    for (const gauge of Object.values(fleet)) gauge.reset();
    for (const state of ['idle', 'busy', 'draining', 'away']) fleet.ovis_trainers.set({ state }, 0);
    for (const entry of registry.list()) {
      const { trainerId } = entry.registration;
      const alive = registry.isAlive(trainerId);
      const state = alive ? (stateNames[entry.heartbeat?.state ?? TrainerState.IDLE] ?? 'idle') : 'away';
      fleet.ovis_trainers.inc({ state });
      fleet.ovis_trainer_silence_seconds.set({ trainer: trainerId }, registry.silentMs(entry) / 1000);
    }
    for (const { trainer, run, score } of stragglers(registry.alive()))
      fleet.ovis_trainer_straggler_ratio.set({ trainer, run }, score);
    const waiting = queue.list();
    fleet.ovis_gangs_waiting.set(waiting.length);
    const longest = Math.max(0, ...waiting.map((gang) => queue.waitedMs(gang)));
    fleet.ovis_gang_longest_wait_seconds.set(longest / 1000);
  }
}

/** Own time of a step by the lower median of the gang, of all that train with others. */
function stragglers(trainers: readonly TrainerEntry[]): { trainer: string; run: string; score: number }[] {
  const gangs = new Map<string, TrainerEntry[]>();
  for (const entry of trainers) {
    const { gangId = '', ownMs = 0 } = entry.heartbeat ?? {};
    if (gangId !== '' && ownMs > 0) gangs.set(gangId, [...(gangs.get(gangId) ?? []), entry]);
  }
  return [...gangs.values()]
    .filter((gang) => gang.length > 1)
    .flatMap((gang) => {
      const median = lowerMedian(gang.map(({ heartbeat }) => heartbeat!.ownMs));
      return gang.map(({ registration, heartbeat }) => ({
        trainer: registration.trainerId,
        run: heartbeat!.runId,
        score: heartbeat!.ownMs / median,
      }));
    });
}
