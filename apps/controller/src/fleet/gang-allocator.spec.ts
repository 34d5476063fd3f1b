import { describe, expect, it } from 'vitest';
import type { AcquireGangInput, GangMember } from '@ovis/workflows';
import { beat, busyWith, fleet, wanted } from '../../test/fleet-fixture.ts';
import {
  chooseGang,
  enoughInFleet,
  explainShortage,
  largestSize,
  regroupReason,
  type Fleet,
} from './gang-allocator.ts';

const member = (trainerId: string, rank: number): GangMember => ({
  trainerId,
  rank,
  grpcAddress: `${trainerId}:1`,
  collectiveAddress: `${trainerId}:2`,
});
const membersOf = (...ids: string[]) => ids.map(member);

/** Ids of the gang by rank, leased as the activity does it; undefined when it has to wait. */
function acquire(
  at: Fleet,
  changes: Partial<AcquireGangInput> = {},
  o: { fewer?: boolean } = {},
): string[] | undefined {
  const input = wanted(changes);
  const chosen = chooseGang(input, at, { fewer: o.fewer ?? false });
  for (const entry of chosen ?? []) at.registry.lease(entry, input);
  return chosen?.map(({ registration }) => registration.trainerId);
}

describe('a gang', () => {
  it('gets all trainers or none, and never one that another has', () => {
    const at = fleet('a');
    expect(acquire(at)).toBeUndefined();
    expect(at.registry.free()).toHaveLength(1);
    at.join('b');
    at.join('c');
    expect(acquire(at)).toEqual(['a', 'b']);
    expect(acquire(at, { gangId: 'other' })).toBeUndefined();
    at.registry.release('g', 1);
    expect(acquire(at, { gangId: 'other' })).toEqual(['a', 'b']);
  });

  it('keeps its survivors on their ranks; a replacement takes the missing one', () => {
    const at = fleet('b', 'c');
    expect(acquire(at)).toEqual(['b', 'c']);
    at.join('a');
    const second = { generation: 2, previous: membersOf('b', 'c'), lost: ['b'] };
    expect(acquire(at, second)).toEqual(['a', 'c']);
  });

  it('does not wait for survivors that are still busy with the generation before', () => {
    const at = fleet('a', 'b');
    acquire(at);
    at.registry.beat(at.entries[0]!, busyWith('g'));
    expect(acquire(at, { generation: 2, previous: membersOf('a', 'b') })).toEqual(['a', 'b']);
  });

  it('goes on with those that are left if it may, and waits for another one if not', () => {
    const at = fleet('a', 'b');
    acquire(at);
    const second = { generation: 2, previous: membersOf('a', 'b'), lost: ['a'] };
    at.registry.letGo('a', 'g');
    at.registry.rest('a', 1e6);
    expect(acquire(at, second, { fewer: true })).toBeUndefined();
    expect(acquire(at, { ...second, minTrainers: 1 }, { fewer: true })).toEqual(['b']);
  });

  it('takes up what an attempt that came to no end has reserved', () => {
    const at = fleet('a', 'b', 'c');
    at.registry.beat(at.entries[2]!, beat({ reservation: { runId: 'icons', gangId: 'g', generation: 1 } }));
    expect(acquire(at)).toEqual(['c', 'a']);
  });

  it('shares the lanes equally also when it is smaller', () => {
    expect(largestSize(3, wanted({ trainers: 4, minTrainers: 1, lanes: 8 }))).toBe(2);
    expect(largestSize(1, wanted({ trainers: 4, minTrainers: 2, lanes: 8 }))).toBeUndefined();
  });

  it('takes only trainers that meet its requirements', () => {
    const at = fleet('a');
    at.join('b', { device: { kind: 'gpu', name: 'x', memoryBytes: 80e9 }, labels: { zone: 'w' } });
    const one = { trainers: 1, minTrainers: 1 };
    const require = { device: 'gpu', memoryGb: 80, labels: { zone: 'w' } } as const;
    expect(acquire(at, { ...one, require: { ...require, memoryGb: 81 } })).toBeUndefined();
    expect(acquire(at, { ...one, require: { ...require, labels: { zone: 'e' } } })).toBeUndefined();
    expect(enoughInFleet(wanted({ ...one, require: { device: 'gpu' } }), at.registry)).toBe(true);
    expect(enoughInFleet(wanted({ require: { device: 'gpu' } }), at.registry)).toBe(false);
    expect(acquire(at, { ...one, require })).toEqual(['b']);
  });

  it('says who is there and what they do', () => {
    const { clock, registry, entries, join } = fleet('a', 'b');
    registry.disconnect(entries[0]!);
    clock.now = 4_000;
    registry.beat(join('c'), busyWith('gang-9'));
    expect(explainShortage(registry, wanted({ trainers: 3 }))).toBe(
      'needs at least 2 of 3 trainers, 2 alive: a (lost 4 s ago), b (idle), c (busy with run)',
    );
    expect(explainShortage(registry, wanted({ require: { device: 'gpu', labels: { zone: 'w' } } }))).toBe(
      'needs 2 trainers with gpu, zone=w, 2 alive: a (lost 4 s ago), b (does not meet gang.require), c (busy with run)',
    );
  });
});

describe('the queue', () => {
  const large = { gangId: 'large', trainers: 3, minTrainers: 3, lanes: 12 };

  it('holds free trainers back for the gang that is next, so that smaller ones do not starve it', () => {
    const at = fleet('a', 'b');
    at.queue.enter(wanted({ ...large, submittedAt: 1 }));
    const late = { submittedAt: 2, trainers: 1, minTrainers: 1 };
    expect(acquire(at, late)).toBeUndefined();
    at.join('c');
    at.join('d');
    // Three are for the first; the fourth is nobody's.
    expect(acquire(at, late)).toEqual(['d']);
    expect(acquire(at, { ...large, submittedAt: 1 })).toEqual(['a', 'b', 'c']);
  });

  it('does not hold back what the next gang cannot use', () => {
    const at = fleet('a', 'b');
    at.queue.enter(wanted({ ...large, require: { device: 'gpu' } }));
    expect(acquire(at, { submittedAt: 2 })).toEqual(['a', 'b']);
  });

  it('goes by priority, then by the time of submission', () => {
    const at = fleet();
    at.queue.enter(wanted({ gangId: 'early', submittedAt: 1 }));
    at.queue.enter(wanted({ gangId: 'urgent', submittedAt: 9, priority: 5 }));
    at.queue.enter(wanted({ gangId: 'late', submittedAt: 2 }));
    expect(at.queue.list().map(({ input }) => input.gangId)).toEqual(['urgent', 'early', 'late']);
    at.queue.leave('urgent');
    expect(at.queue.list().map(({ input }) => input.gangId)).toEqual(['early', 'late']);
  });

  it('keeps its order over a restart of the controller: it is in what the gangs ask for', () => {
    const at = fleet('a', 'b');
    at.queue.enter(wanted({ gangId: 'second', submittedAt: 2 }));
    at.queue.enter(wanted({ gangId: 'first', submittedAt: 1 }));
    expect(at.queue.list().map(({ input }) => input.gangId)).toEqual(['first', 'second']);
  });
});

describe('a gang at work', () => {
  const elastic = { trainers: 4, minTrainers: 1, lanes: 4 };
  const reason = (at: Fleet, ids: string[], changes: Partial<AcquireGangInput> = {}) =>
    regroupReason(wanted({ ...elastic, ...changes }), membersOf(...ids), at);

  it('forms anew when enough trainers have come for the next size', () => {
    const at = fleet('a', 'b');
    expect(acquire(at, elastic, { fewer: true })).toEqual(['a', 'b']);
    expect(reason(at, ['a', 'b'])).toBeUndefined();
    at.join('c');
    expect(reason(at, ['a', 'b'])).toBeUndefined();
    at.join('d');
    expect(reason(at, ['a', 'b'])).toBe('2 more trainers are there, it goes on with 4');
    // Somebody else was here before.
    at.queue.enter(wanted({ gangId: 'first', submittedAt: -1 }));
    expect(reason(at, ['a', 'b'])).toBeUndefined();
  });

  it('gives trainers back when a run of higher priority waits for them, down to its minimum', () => {
    const at = fleet('a', 'b', 'c', 'd');
    acquire(at, elastic);
    at.queue.enter(wanted({ gangId: 'later', submittedAt: 5 }));
    expect(reason(at, ['a', 'b', 'c', 'd'])).toBeUndefined();
    at.queue.enter(wanted({ gangId: 'urgent', submittedAt: 9, priority: 1 }));
    expect(reason(at, ['a', 'b', 'c', 'd'])).toBe('a run of higher priority needs 2 of its 4 trainers');
    const second = { ...elastic, generation: 2, previous: membersOf('a', 'b', 'c', 'd') };
    expect(acquire(at, second, { fewer: true })).toEqual(['a', 'b']);
    for (const id of ['c', 'd']) at.registry.letGo(id, 'g');
    expect(acquire(at, { gangId: 'urgent', submittedAt: 9, priority: 1 })).toEqual(['c', 'd']);
  });

  it('keeps what it has when giving back would not help', () => {
    const at = fleet('a', 'b');
    acquire(at, { ...elastic, minTrainers: 2 }, { fewer: true });
    at.queue.enter(wanted({ gangId: 'urgent', priority: 1 }));
    expect(reason(at, ['a', 'b'], { minTrainers: 2 })).toBeUndefined();
  });
});
