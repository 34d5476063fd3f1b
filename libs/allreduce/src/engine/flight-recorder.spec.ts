import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, errorOf, formGroup } from '../../test/groups.ts';
import { meanWaits, PeerLostError, type CollectiveReport, type GroupOptions } from '../index.ts';

type Formed = Awaited<ReturnType<typeof formGroup>>;
const formed: Formed[] = [];
async function form(world: number, o: Partial<GroupOptions> = {}) {
  const made = await formGroup(world, o);
  formed.push(made);
  return made.groups;
}
afterEach(async () => {
  for (const made of formed.splice(0)) await closeAll(made);
});

describe('the flight record', () => {
  it('has the last 256 collectives with their times, and tells them to whoever asked', async () => {
    const told: CollectiveReport[] = [];
    const groups = await form(2, { onReport: (report) => told.push(report) });
    for (let i = 0; i < 300; i += 1)
      await Promise.all(
        groups.map((group) => group.allReduce(new Float32Array(10), { op: 'max', tag: `t${i}` })),
      );
    const record = groups[0]!.flightRecord;
    expect(record).toHaveLength(256);
    expect(record.at(-1)).toMatchObject({
      ...{ sequence: 299, collective: 'allReduce', tag: 't299', dtype: 'f32', op: 'max', bytes: 40 },
      ...{ algorithm: 'direct', path: process.platform === 'linux' ? 'unix' : 'tcp' },
    });
    for (const { durationMs, waitMs, bandwidth } of record) {
      expect(durationMs).toBeGreaterThan(0);
      expect(bandwidth).toBeGreaterThan(0);
      expect(waitMs[0]).toBe(0);
      expect(waitMs[1]).toBeLessThanOrEqual(durationMs!);
    }
    expect(told).toHaveLength(600);
  });

  it('shows who keeps the others waiting', async () => {
    const groups = await form(3);
    for (let i = 0; i < 4; i += 1) {
      await Promise.all(
        groups.map(async (group, rank) => {
          if (rank === 1) await sleep(40);
          await group.allReduce(new Float32Array(100));
        }),
      );
    }
    const waits = meanWaits(groups[0]!.flightRecord);
    expect(waits[1]).toBeGreaterThan(20);
    expect(waits[1]).toBeGreaterThan(2 * waits[2]!);
  });

  it('comes with the error: what ran, and of whom nothing had come', async () => {
    const groups = await form(3, { timeoutMs: 400 });
    await Promise.all(groups.map((group) => group.barrier({ tag: 'before' })));
    const [a, b] = [groups[0]!, groups[1]!].map((group) =>
      group.allReduce(new Float32Array(50), { tag: 'lost' }),
    );
    const [error] = (await Promise.all([errorOf(a!), errorOf(b!)])) as [PeerLostError, unknown];
    expect(error).toBeInstanceOf(PeerLostError);
    expect(error.rank).toBe(2);
    const last = error.flightRecord!.at(-1)!;
    expect(last).toMatchObject({ collective: 'allReduce', tag: 'lost', error: error.message });
    expect(last.waitMs[1]).toBeGreaterThanOrEqual(0);
    expect(last.waitMs[2]).toBeUndefined();
    expect(error.flightRecord!.at(-2)).toMatchObject({ tag: 'before' });
  });
});
