import { readdirSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, contribution, errorOf, formGroup, sumInRankOrder } from '../../test/groups.ts';
import { CollectiveMismatchError, fromBf16, toBf16, type ProcessGroup } from '../index.ts';
import { hasSharedMemory } from './shared-memory.ts';

type Formed = Awaited<ReturnType<typeof formGroup>>;
const formed: Formed[] = [];
async function form(world: number): Promise<ProcessGroup[]> {
  const made = await formGroup(world);
  formed.push(made);
  return made.groups;
}
afterEach(async () => {
  for (const made of formed.splice(0)) await closeAll(made);
});

const MIB = 2 ** 20;
const here = hasSharedMemory(64 * MIB);
const share = (groups: ProcessGroup[], o: { staging?: number; inPlace?: number }) =>
  Promise.all(groups.map((group) => group.shareMemory(o)));
const names = () => readdirSync('/dev/shm').filter((name) => name.startsWith(`ovis-${process.pid}-`));

describe.runIf(here)('ranks that share memory', () => {
  it.each([2, 3, 4, 5])(
    '%i of them get the sums of rank order, bit for bit, wherever their buffers lie',
    async (world) => {
      const groups = await form(world);
      expect(await share(groups, { staging: 2 * MIB, inPlace: 2 * MIB })).toEqual(groups.map(() => true));
      expect(names()).toEqual([]);
      for (const length of [8_193, 50_001, 524_288]) {
        const inputs = groups.map((_, rank) => contribution(rank, length, length));
        const expected = sumInRankOrder(inputs);
        const plain = inputs.map((input) => input.slice());
        // Some ranks in place, some not: the sums are the same.
        const some = groups.map((group, rank) => {
          const buffer =
            rank % 2 === 0 && length < 100_000 ? group.allocate(length) : new Float32Array(length);
          buffer.set(inputs[rank]!);
          return buffer;
        });
        for (const buffers of [plain, some]) {
          await Promise.all(groups.map((group, rank) => group.allReduce(buffers[rank]!)));
          for (const buffer of buffers)
            expect(
              Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength).equals(
                Buffer.from(expected.buffer),
              ),
              `length ${length}`,
            ).toBe(true);
        }
      }
    },
  );

  it('reduce other numbers, and several buffers under way', async () => {
    const groups = await form(3);
    await share(groups, { staging: MIB });
    const calls = groups.map((group, rank) => {
      const max = Int32Array.from({ length: 40_000 }, (_, i) => (i * (rank + 1)) % 1000);
      const mean = { dtype: 'bf16' as const, data: new Uint16Array(60_001).fill(toBf16(rank + 1)) };
      const small = new Float32Array(10).fill(rank);
      const done = [
        group.allReduce(max, { op: 'max' }),
        group.allReduce(mean, { op: 'mean' }),
        group.allReduce(small),
      ];
      return { max, mean, small, done };
    });
    await Promise.all(calls.flatMap(({ done }) => done));
    for (const { max, mean, small } of calls) {
      expect(max.every((x, i) => x === Math.max(i % 1000, (2 * i) % 1000, (3 * i) % 1000))).toBe(true);
      expect(mean.data.every((x) => fromBf16(x) === 2)).toBe(true);
      expect([...small]).toEqual(new Array(10).fill(3));
    }
  });

  it('reduce what is larger than their memory piece by piece', async () => {
    const groups = await form(2);
    await share(groups, { staging: 100_000 });
    expect(groups[0]!.flightRecord.at(-1)?.path).not.toBe('shared memory');
    const buffers = groups.map((_, rank) => new Float32Array(100_000).fill(rank + 1));
    await Promise.all(groups.map((group, rank) => group.allReduce(buffers[rank]!)));
    for (const buffer of buffers) expect(buffer.every((x) => x === 3)).toBe(true);
    expect(groups[0]!.flightRecord.at(-1)?.path).toBe('shared memory');
  });

  it('share nothing when one of them has other sizes, and go on over sockets', async () => {
    const groups = await form(3);
    const shared = await Promise.all(
      groups.map((group, rank) => group.shareMemory({ staging: (rank === 1 ? 2 : 1) * MIB })),
    );
    expect(shared).toEqual([false, false, false]);
    expect(names()).toEqual([]);
    const buffers = groups.map((_, rank) => new Float32Array(60_000).fill(rank));
    await Promise.all(groups.map((group, rank) => group.allReduce(buffers[rank]!)));
    expect(buffers[0]!.every((x) => x === 3)).toBe(true);
  });

  it('are told when one of them calls something else', async () => {
    const groups = await form(2);
    await share(groups, { staging: MIB, inPlace: MIB });
    const errors = await Promise.all(
      groups.map((group, rank) => errorOf(group.allReduce(new Float32Array(50_000 + rank)))),
    );
    for (const error of errors) {
      expect(error).toBeInstanceOf(CollectiveMismatchError);
      expect(error?.message).toMatch(/200000 bytes through shared memory/);
    }
  });

  it('give their memory back when the group is closed, to be used by the next', async () => {
    const places: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const groups = await form(2);
      await share(groups, { staging: MIB, inPlace: MIB });
      const buffer = groups[0]!.allocate(1000);
      expect([...buffer].every((x) => x === 0)).toBe(true);
      buffer.fill(7);
      places.push(buffer.byteOffset);
      await closeAll(formed.pop()!);
    }
    expect(new Set(places).size).toBe(1);
  });

  it('have no more room than was asked for: the buffer is then one of their own', async () => {
    const groups = await form(2);
    await share(groups, { inPlace: 4_096 });
    const [a, b] = [groups[0]!.allocate(1000), groups[0]!.allocate(1000)];
    expect([a.length, b.length]).toEqual([1000, 1000]);
    // Both are there; only the first is where other ranks see it.
    const buffers = [b, new Float32Array(1000)];
    b.fill(1);
    await Promise.all(groups.map((group, rank) => group.allReduce(buffers[rank]!)));
    expect(b.every((x) => x === 1)).toBe(true);
  });
});
