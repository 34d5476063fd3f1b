import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, contribution, errorOf, formGroup, join, random, sumInRankOrder } from '../test/groups.ts';
import { CollectiveMismatchError, GroupAbortedError, PeerLostError } from './index.ts';

type Formed = Awaited<ReturnType<typeof formGroup>>;
const formed: Formed[] = [];
async function form(...args: Parameters<typeof formGroup>): Promise<Formed> {
  const made = await formGroup(...args);
  formed.push(made);
  return made;
}
afterEach(async () => {
  for (const made of formed.splice(0)) await closeAll(made);
});

function bits(a: Float32Array): Buffer {
  return Buffer.from(a.buffer, a.byteOffset, a.byteLength);
}

describe('allReduce', () => {
  it.each([1, 2, 3, 4, 5])(
    'sums in rank order, bitwise equal on all of %i ranks, for any size',
    async (world) => {
      const { groups } = await form(world);
      // Around the limit between one and two phases (8,192 numbers) and between frames (65,536 numbers) too.
      for (const length of [0, 1, 2, 3, 7, 1023, 8191, 8192, 8193, 65_537 * world + 1, 1_000_000]) {
        const inputs = groups.map((_, rank) => contribution(rank, length, length));
        const buffers = inputs.map((input) => input.slice());
        await Promise.all(groups.map((group, rank) => group.allReduce(buffers[rank] as Float32Array)));
        const expected = bits(sumInRankOrder(inputs));
        for (const buffer of buffers) expect(bits(buffer).equals(expected), `length ${length}`).toBe(true);
      }
    },
  );

  it('handles views in the middle of a larger buffer and leaves the rest alone', async () => {
    const { groups } = await form(3);
    const whole = groups.map(() => new Float32Array(100_003).fill(5));
    const inputs = groups.map((_, rank) => contribution(rank, 100_000));
    const views = whole.map((w, rank) => {
      const view = w.subarray(1, 100_001);
      view.set(inputs[rank] as Float32Array);
      return view;
    });
    await Promise.all(groups.map((group, rank) => group.allReduce(views[rank] as Float32Array)));
    for (const w of whole) {
      expect([w[0], w[100_001], w[100_002]]).toEqual([5, 5, 5]);
      expect(bits(w.subarray(1, 100_001)).equals(bits(sumInRankOrder(inputs)))).toBe(true);
    }
  });

  it('lets a buffer be reused as soon as the call resolves', async () => {
    const { groups } = await form(2);
    const buffers = groups.map(() => new Float32Array(300_000));
    for (let round = 1; round <= 5; round += 1) {
      await Promise.all(
        groups.map(async (group, rank) => {
          const buffer = buffers[rank] as Float32Array;
          buffer.fill(round * (rank + 1));
          await group.allReduce(buffer);
          expect(buffer.every((x) => x === round * 3)).toBe(true);
          buffer.fill(NaN);
        }),
      );
    }
  });
});

describe('broadcast, allGather, barrier', () => {
  it.each([1, 2, 4])('with %i ranks', async (world) => {
    const { groups } = await form(world);
    for (let root = 0; root < world; root += 1) {
      for (const length of [0, 1, 300_001]) {
        const buffers = groups.map((_, rank) => new Uint8Array(length).fill(rank + 1));
        await Promise.all(groups.map((group, rank) => group.broadcast(buffers[rank] as Uint8Array, root)));
        for (const buffer of buffers) expect(buffer.every((x) => x === root + 1)).toBe(true);
      }
    }
    const own = groups.map((_, rank) => new Uint8Array(rank === 1 ? 0 : 100_001 * rank + 1).fill(rank));
    const gathered = await Promise.all(
      groups.map((group, rank) => group.allGatherBytes(own[rank] as Uint8Array)),
    );
    for (const all of gathered)
      expect(all.map((a) => Buffer.from(a).equals(Buffer.from(own[all.indexOf(a)] as Uint8Array)))).toEqual(
        own.map(() => true),
      );
    const order: string[] = [];
    await Promise.all(
      groups.map(async (group, rank) => {
        await new Promise((resolve) => setTimeout(resolve, 20 * rank));
        order.push('before');
        await group.barrier();
        order.push('after');
      }),
    );
    expect(order.lastIndexOf('before')).toBeLessThan(order.indexOf('after'));
  });

  it('refuses a root outside the world', async () => {
    const { groups } = await form(1);
    await expect(groups[0]?.broadcast(new Uint8Array(1), 1)).rejects.toThrow('rank 1, but the world has 1');
  });
});

describe('many collectives', () => {
  it.each([2, 3, 5])(
    'fuzz: random collectives issued at random times keep their order on %i ranks',
    async (world) => {
      const { groups } = await form(world);
      const plan = random(world);
      const steps = Array.from({ length: 150 }, (_, i) => ({
        kind: Math.floor(plan() * 4),
        length: Math.floor(plan() < 0.1 ? plan() * 100_000 : plan() * 300),
        root: Math.floor(plan() * world),
        seed: i,
      }));
      const runs = groups.map(async (group, rank) => {
        const wait = random(rank + 100);
        const results: Promise<Buffer>[] = [];
        for (const { kind, length, root, seed } of steps) {
          if (wait() < 0.1) await new Promise((resolve) => setTimeout(resolve, wait() * 5));
          const buffer = contribution(rank, length, seed);
          const bytes = new Uint8Array(bits(contribution(rank, length, seed)));
          if (kind === 0) results.push(group.allReduce(buffer).then(() => bits(buffer)));
          if (kind === 1) results.push(group.broadcast(bytes, root).then(() => Buffer.from(bytes)));
          if (kind === 2)
            results.push(
              group
                .allGatherBytes(bytes.subarray(0, bytes.length - (rank % 2)))
                .then((all) => Buffer.concat(all)),
            );
          if (kind === 3) results.push(group.barrier().then(() => Buffer.alloc(0)));
        }
        return Promise.all(results);
      });
      const results = await Promise.all(runs);
      for (const [i, { kind, length, root, seed }] of steps.entries()) {
        const inputs = groups.map((_, rank) => contribution(rank, length, seed));
        let expected: Buffer = Buffer.alloc(0);
        if (kind === 0) expected = bits(sumInRankOrder(inputs));
        if (kind === 1) expected = bits(inputs[root] as Float32Array);
        if (kind === 2)
          expected = Buffer.concat(
            inputs.map((x, rank) => bits(x).subarray(0, x.byteLength - (rank % 2 && x.length ? 1 : 0))),
          );
        for (const [rank, result] of results.entries())
          expect(result[i]?.equals(expected), `step ${i} kind ${kind} rank ${rank}`).toBe(true);
      }
    },
  );

  it('2,000 small collectives leave no handle behind', async () => {
    const made = await formGroup(3);
    const handles = () => process.getActiveResourcesInfo().filter((r) => /TCP|Pipe|Timeout/.test(r)).length;
    const before = handles();
    for (let i = 0; i < 2_000; i += 1) {
      await Promise.all(made.groups.map((group) => group.allReduce(new Float32Array(3).fill(i))));
      // Two clocks of each group run while collectives do.
      if (i === 1_000) expect(handles()).toBeLessThanOrEqual(before + 6);
    }
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(handles()).toBeLessThanOrEqual(before);
    expect(made.groups[0]?.stats.collectives).toBe(2_000);
    await closeAll(made);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(handles()).toBeLessThanOrEqual(before - 6);
  });

  it('2,000 collectives issued at once by one rank, later by the other', async () => {
    const { groups } = await form(2);
    const [a, b] = groups as [Formed['groups'][0], Formed['groups'][0]];
    const all = Array.from({ length: 2_000 }, () => new Float32Array(1).fill(1));
    const first = Promise.all(all.map((buffer) => a.allReduce(buffer)));
    await new Promise((resolve) => setTimeout(resolve, 30));
    await Promise.all(all.map(() => b.allReduce(new Float32Array(1).fill(2))));
    await first;
    expect(all.every(([x]) => x === 3)).toBe(true);
  });
});

describe('errors', () => {
  it('names both ranks and both collectives when lengths or kinds differ, on every rank and at once', async () => {
    const cases: [
      (g: Formed['groups'][0]) => Promise<unknown>,
      (g: Formed['groups'][0]) => Promise<unknown>,
      RegExp[],
    ][] = [
      [
        (g) => g.allReduce(new Float32Array(100)),
        (g) => g.allReduce(new Float32Array(101)),
        [/400 bytes/, /404 bytes/],
      ],
      [
        (g) => g.allReduce(new Float32Array(20_000)),
        (g) => g.allReduce(new Float32Array(100_000)),
        [/80000 bytes/, /400000 bytes/],
      ],
      [
        (g) => g.allReduce(new Float32Array(100)),
        (g) => g.barrier(),
        [/allReduce #0 \(sum of f32\) of 400 bytes/, /barrier #0/],
      ],
      [
        (g) => g.broadcast(new Uint8Array(5), 0),
        (g) => g.broadcast(new Uint8Array(5), 1),
        [/from rank 0/, /from rank 1/],
      ],
    ];
    for (const [zero, one, patterns] of cases) {
      const { groups } = await form(3);
      const begin = Date.now();
      const errors = await Promise.all(
        groups.map((group, rank) =>
          // Who has its broadcast already is told by the next call.
          errorOf((rank === 1 ? one(group) : zero(group)).then(() => group.barrier())),
        ),
      );
      expect(Date.now() - begin).toBeLessThan(1_500);
      for (const error of errors) {
        expect(error).toBeInstanceOf(CollectiveMismatchError);
        for (const pattern of [...patterns, /rank 1/, /rank [02]/]) expect(error?.message).toMatch(pattern);
      }
    }
  });

  it('a rank that closes is named; the group can form again on the same listeners', async () => {
    const { groups, listeners } = await form(3);
    await Promise.all(groups.map((group) => group.barrier()));
    const pending = [groups[0], groups[2]].map((group) =>
      errorOf(group?.allReduce(new Float32Array(50_000)) as Promise<void>),
    );
    await groups[1]?.close();
    for (const error of await Promise.all(pending)) {
      expect(error).toBeInstanceOf(PeerLostError);
      expect(error).toMatchObject({
        rank: 1,
        reason: 'left',
        collective: 'allReduce',
        sequence: 1,
        address: listeners[1]?.address,
      });
    }
    const later = await errorOf(groups[0]?.barrier() as Promise<void>);
    expect(later).toMatchObject({ code: 'PEER_LOST', rank: 1, sequence: 2 });
    await Promise.all(groups.map((group) => group.close()));
    const again = await join(listeners, { generation: 2 });
    const buffers = again.map(() => new Float32Array(3).fill(1));
    await Promise.all(again.map((group, rank) => group.allReduce(buffers[rank] as Float32Array)));
    expect(buffers.map((b) => [...b])).toEqual([
      [3, 3, 3],
      [3, 3, 3],
      [3, 3, 3],
    ]);
    await Promise.all(again.map((group) => group.close()));
  });

  it('close right after the last collective loses nothing for slower ranks', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { groups } = await form(3);
      const buffers = groups.map(() => new Float32Array(200_000).fill(1));
      await Promise.all(
        groups.map(async (group, rank) => {
          if (rank === 2) await new Promise((resolve) => setTimeout(resolve, 5));
          await group.allReduce(buffers[rank] as Float32Array);
          await group.close();
        }),
      );
      expect(buffers.every((buffer) => buffer.every((x) => x === 3))).toBe(true);
    }
  });

  it('abort fails pending and later collectives on all ranks with its reason', async () => {
    const { groups } = await form(2);
    const pending = groups.map((group) => errorOf(group.barrier().then(() => group.barrier())));
    setTimeout(() => groups[0]?.abort(new Error('the run was cancelled')), 20);
    await Promise.all(groups.map((group) => errorOf(group.barrier())));
    await pending[0];
    for (const group of groups) {
      const error = await errorOf(group.allReduce(new Float32Array(1)));
      expect(error).toBeInstanceOf(GroupAbortedError);
      expect(error?.message).toBe('rank 0 aborted the group: the run was cancelled');
    }
  });
});
