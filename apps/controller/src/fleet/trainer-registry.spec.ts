import { describe, expect, it } from 'vitest';
import { TrainerState, type Heartbeat, type Registration } from '@ovis/protocol';
import type { AcquireGangInput } from '@ovis/workflows';
import { explainShortage, heldGang, largestSize, tryAcquire } from './gang-allocator.ts';
import { TrainerRegistry } from './trainer-registry.ts';

const registration = (trainerId: string, pid = 1): Registration => ({
  trainerId,
  host: 'h',
  grpcAddress: `${trainerId}:1`,
  collectiveAddress: `${trainerId}:2`,
  pid,
  memoryBytes: 0,
  versions: {},
  labels: {},
});
const beat = (changes: Partial<Heartbeat> = {}): Heartbeat => ({
  state: TrainerState.IDLE,
  runId: '',
  gangId: '',
  generation: 0,
  stage: 0,
  step: 0,
  phase: 0,
  ...changes,
});
const busyWith = (gangId: string, generation = 1) =>
  beat({ state: TrainerState.BUSY, runId: 'run', gangId, generation });
const wanted = (changes: Partial<AcquireGangInput> = {}): AcquireGangInput => ({
  runId: 'icons',
  stage: 1,
  gangId: 'g',
  generation: 1,
  trainers: 2,
  minTrainers: 2,
  waitSeconds: 1,
  lanes: 4,
  ...changes,
});

function fleet(...ids: string[]) {
  const clock = { now: 0 };
  const registry = new TrainerRegistry({ now: () => clock.now });
  const join = (id: string, pid = 1) => {
    const entry = registry.register(registration(id, pid));
    registry.beat(entry, beat());
    return entry;
  };
  return { clock, registry, join, entries: ids.map((id) => join(id)) };
}

describe('TrainerRegistry', () => {
  it('counts a trainer as lost when its stream breaks or its heartbeats stop', () => {
    const { clock, registry, entries } = fleet('a', 'b');
    const [a, b] = entries;
    if (!a || !b) throw new Error('two trainers joined');
    registry.disconnect(a);
    expect(registry.isAlive('a')).toBe(false);
    clock.now = 9_999;
    expect(registry.isAlive('b')).toBe(true);
    clock.now = 10_000;
    expect(registry.isAlive('b')).toBe(false);
    registry.beat(b, beat());
    expect(registry.isAlive('b')).toBe(true);
  });

  it('rebuilds leases from what trainers report after a restart of the controller', () => {
    const { registry, join } = fleet();
    registry.beat(join('a'), busyWith('gang-1', 3));
    registry.beat(join('b'), beat());
    expect(registry.list().map((entry) => entry.lease?.gangId)).toEqual(['gang-1', undefined]);
    expect(registry.available('other').map((entry) => entry.registration.trainerId)).toEqual(['b']);
    expect(
      heldGang(registry, wanted({ gangId: 'gang-1', generation: 3, minTrainers: 1 }))?.trainers,
    ).toHaveLength(1);
  });

  it('a new process under a known id has no work; a reconnect keeps it', () => {
    const { registry, join } = fleet();
    const first = join('a');
    registry.beat(first, busyWith('gang-1'));
    expect(join('a').lease?.gangId).toBe('gang-1');
    const second = join('a', 2);
    expect(second.lease).toBeUndefined();
    registry.disconnect(first);
    expect(registry.isAlive('a')).toBe(true);
  });

  it('takes a lease back when nobody uses it', () => {
    const { clock, registry, entries } = fleet('a');
    registry.lease(entries, { runId: 'icons', gangId: 'g', generation: 1 });
    clock.now = 60_000;
    registry.beat(entries[0]!, beat());
    expect(entries[0]?.lease).toBeDefined();
    clock.now = 60_001;
    registry.beat(entries[0]!, beat());
    expect(entries[0]?.lease).toBeUndefined();
  });
});

describe('gangs', () => {
  it('gives all trainers or none, and never one trainer twice', () => {
    const { registry, join } = fleet('a');
    expect(tryAcquire(registry, wanted(), 2)).toBeUndefined();
    expect(registry.available('x')).toHaveLength(1);
    join('b');
    join('c');
    expect(
      tryAcquire(registry, wanted(), 2)?.trainers.map(({ trainerId, rank }) => [trainerId, rank]),
    ).toEqual([
      ['a', 0],
      ['b', 1],
    ]);
    expect(tryAcquire(registry, wanted({ gangId: 'other' }), 2)).toBeUndefined();
    registry.release('g', 1);
    expect(tryAcquire(registry, wanted({ gangId: 'other' }), 2)).toBeDefined();
  });

  it('the next generation takes over what the one before held, once it is idle', () => {
    const { registry, entries } = fleet('a', 'b');
    tryAcquire(registry, wanted(), 2);
    registry.beat(entries[0]!, busyWith('g'));
    expect(tryAcquire(registry, wanted({ generation: 2 }), 2)).toBeUndefined();
    registry.beat(entries[0]!, beat());
    expect(tryAcquire(registry, wanted({ generation: 2 }), 2)?.generation).toBe(2);
    registry.release('g', 1);
    expect(entries[0]?.lease?.generation).toBe(2);
  });

  it('fewer trainers must share the lanes equally', () => {
    expect(largestSize(3, wanted({ trainers: 4, minTrainers: 1, lanes: 8 }))).toBe(2);
    expect(largestSize(1, wanted({ trainers: 4, minTrainers: 2, lanes: 8 }))).toBeUndefined();
  });

  it('says who is there and what they do', () => {
    const { clock, registry, entries, join } = fleet('a', 'b');
    registry.disconnect(entries[0]!);
    clock.now = 4_000;
    registry.beat(join('c'), busyWith('gang-9'));
    expect(explainShortage(registry, wanted({ trainers: 3 }))).toBe(
      'needs at least 2 of 3 trainers, 2 alive: a (lost 4 s ago), b (idle), c (busy with run)',
    );
  });
});
