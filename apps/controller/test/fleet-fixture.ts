import { TrainerState, type FleetCommandInput, type Heartbeat, type Registration } from '@ovis/protocol';
import type { AcquireGangInput } from '@ovis/workflows';
import { GangQueue } from '../src/fleet/gang-queue.ts';
import { TrainerRegistry } from '../src/fleet/trainer-registry.ts';

export const registration = (trainerId: string, changes: Partial<Registration> = {}): Registration => ({
  trainerId,
  host: 'h',
  grpcAddress: `${trainerId}:1`,
  collectiveAddress: `${trainerId}:2`,
  pid: 1,
  memoryBytes: 0,
  versions: {},
  labels: {},
  ...changes,
});

export const beat = (changes: Partial<Heartbeat> = {}): Heartbeat => ({
  state: TrainerState.IDLE,
  runId: '',
  gangId: '',
  generation: 0,
  stage: 0,
  step: 0,
  phase: 0,
  rank: 0,
  ownMs: 0,
  ...changes,
});

export const busyWith = (gangId: string, generation = 1): Heartbeat =>
  beat({ state: TrainerState.BUSY, runId: 'run', gangId, generation });

export const wanted = (changes: Partial<AcquireGangInput> = {}): AcquireGangInput => ({
  runId: 'icons',
  stage: 1,
  gangId: 'g',
  generation: 1,
  trainers: 2,
  minTrainers: 2,
  waitSeconds: 1,
  lanes: 4,
  priority: 0,
  submittedAt: 0,
  ...changes,
});

/** A fleet with a clock of its own; `told` has what the trainers were sent. */
export function fleet(...ids: string[]) {
  const clock = { now: 0 };
  const registry = new TrainerRegistry({ now: () => clock.now });
  const queue = new GangQueue(() => clock.now);
  const told: [string, FleetCommandInput][] = [];
  const join = (id: string, changes: Partial<Registration> = {}) => {
    const entry = registry.register(registration(id, changes));
    entry.command = (command) => told.push([id, command]);
    registry.beat(entry, beat());
    return entry;
  };
  return { clock, registry, queue, told, join, entries: ids.map((id) => join(id)) };
}
