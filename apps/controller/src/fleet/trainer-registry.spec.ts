import { describe, expect, it } from 'vitest';
import { TrainerState } from '@ovis/protocol';
import { beat, busyWith, fleet } from '../../test/fleet-fixture.ts';

const reservation = { runId: 'icons', gangId: 'g', generation: 2 };

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

  it('rebuilds leases from what trainers report after a restart of the controller, work that has not begun included', () => {
    const { registry, join } = fleet();
    registry.beat(join('a'), busyWith('gang-1', 3));
    registry.beat(join('b'), beat());
    registry.beat(join('c'), beat({ reservation }));
    expect(registry.list().map((entry) => entry.lease?.gangId)).toEqual(['gang-1', undefined, 'g']);
    expect(registry.free().map((entry) => entry.registration.trainerId)).toEqual(['b']);
    expect(registry.heldBy('g').map((entry) => entry.registration.trainerId)).toEqual(['c']);
  });

  it('drops what it knew from a trainer alone as soon as the trainer says otherwise', () => {
    const { registry, join } = fleet();
    const a = join('a');
    registry.beat(a, beat({ reservation }));
    registry.beat(a, beat());
    expect(registry.free()).toHaveLength(1);
    // A promise of this controller's own stands: the trainer may not have heard of it yet.
    registry.lease(a, reservation);
    registry.beat(a, beat());
    expect(registry.free()).toHaveLength(0);
  });

  it('a new process under a known id has no work; a reconnect keeps it', () => {
    const { registry, join } = fleet();
    const first = join('a');
    registry.beat(first, busyWith('gang-1'));
    expect(first.lease?.gangId).toBe('gang-1');
    expect(join('a')).toBe(first);
    const second = join('a', { pid: 2 });
    expect(second.lease).toBeUndefined();
    registry.disconnect(first);
    expect(registry.isAlive('a')).toBe(true);
  });

  it('takes a lease back that nobody speaks for, and tells the trainer', () => {
    const { clock, registry, entries, told } = fleet('a');
    const [a] = entries;
    if (!a) throw new Error('a trainer joined');
    registry.lease(a, reservation);
    clock.now = 60_000;
    registry.touch('g');
    clock.now = 120_000;
    registry.beat(a, beat({ reservation }));
    expect(a.lease).toBeDefined();
    clock.now = 120_001;
    registry.beat(a, beat({ reservation }));
    expect(a.lease).toBeUndefined();
    expect(told).toEqual([['a', { forget: { gangId: 'g', generation: 2 } }]]);
  });

  it('gives no work to a trainer that was blamed, until it has rested or is a new process', () => {
    const { clock, registry, join } = fleet('a');
    registry.rest('a', 5_000);
    expect(registry.free()).toHaveLength(0);
    clock.now = 5_000;
    expect(registry.free()).toHaveLength(1);
    registry.rest('a', 60_000);
    join('a', { pid: 2 });
    expect(registry.free()).toHaveLength(1);
  });

  it('neither gives work to a trainer that leaves nor counts it as held', () => {
    const { registry, entries } = fleet('a');
    const [a] = entries;
    if (!a) throw new Error('a trainer joined');
    registry.lease(a, reservation);
    registry.beat(a, beat({ state: TrainerState.DRAINING, reservation }));
    expect(registry.heldBy('g')).toEqual([]);
    registry.release('g', 2);
    expect(registry.free()).toEqual([]);
  });
});
