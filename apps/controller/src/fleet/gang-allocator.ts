import { TrainerState } from '@ovis/protocol';
import type { AcquireGangInput, Gang } from '@ovis/workflows';
import type { TrainerEntry, TrainerRegistry } from './trainer-registry.ts';

/**
 * A gang of exactly `size` trainers, all of them or none. Node runs this without interruption, so two runs never get the
 * same trainer. Ranks follow the trainers' ids.
 */
export function tryAcquire(registry: TrainerRegistry, o: AcquireGangInput, size: number): Gang | undefined {
  const free = registry.available(o.gangId);
  if (free.length < size) return undefined;
  const chosen = free.slice(0, size);
  registry.release(o.gangId, o.generation);
  registry.lease(chosen, { runId: o.runId, gangId: o.gangId, generation: o.generation });
  return gangFrom(chosen, o);
}

/** The gang this id and generation already holds: an activity that runs again gets what it got before. */
export function heldGang(registry: TrainerRegistry, o: AcquireGangInput): Gang | undefined {
  const held = registry
    .alive()
    .filter((entry) => entry.lease?.gangId === o.gangId && entry.lease.generation === o.generation);
  return fits(held.length, o) ? gangFrom(held, o) : undefined;
}

/** The largest gang that may start when not all trainers came: enough of them, with equal parts of the batch. */
export function largestSize(free: number, o: AcquireGangInput): number | undefined {
  for (let size = Math.min(free, o.trainers); size >= o.minTrainers; size--) if (fits(size, o)) return size;
  return undefined;
}

function fits(size: number, o: AcquireGangInput): boolean {
  return size >= o.minTrainers && size <= o.trainers && size > 0 && o.lanes % size === 0;
}

function gangFrom(entries: TrainerEntry[], o: AcquireGangInput): Gang {
  return {
    gangId: o.gangId,
    generation: o.generation,
    trainers: entries.map(({ registration }, rank) => ({
      trainerId: registration.trainerId,
      rank,
      grpcAddress: registration.grpcAddress,
      collectiveAddress: registration.collectiveAddress,
    })),
  };
}

/** `needs 2 trainers, 1 alive: trainer-1 (idle)`: why no gang can form, with what each known trainer does. */
export function explainShortage(registry: TrainerRegistry, o: AcquireGangInput): string {
  const needs = o.minTrainers < o.trainers ? `at least ${o.minTrainers} of ${o.trainers}` : `${o.trainers}`;
  const known = registry.list();
  const alive = known.filter((entry) => registry.isAlive(entry.registration.trainerId));
  const each = known.map((entry) => `${entry.registration.trainerId} (${doing(registry, entry)})`).join(', ');
  return `needs ${needs} trainers, ${alive.length} alive${each === '' ? '' : `: ${each}`}`;
}

function doing(registry: TrainerRegistry, entry: TrainerEntry): string {
  if (!registry.isAlive(entry.registration.trainerId)) {
    return `lost ${Math.round(registry.silentMs(entry) / 1000)} s ago`;
  }
  if (entry.heartbeat?.state === TrainerState.DRAINING) return 'draining';
  const runId = entry.lease?.runId ?? entry.heartbeat?.runId ?? '';
  if (runId !== '') return `busy with ${runId}`;
  return entry.heartbeat === undefined ? 'starting' : 'idle';
}
