import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, contribution, formGroup, random, sumInRankOrder } from '../../test/groups.ts';
import type { AlgorithmName, ProcessGroup } from '../index.ts';
import { fromBf16, toBf16 } from '../kernels/half.ts';
import { chooseAlgorithm, type Situation } from './choose-algorithm.ts';

type Formed = Awaited<ReturnType<typeof formGroup>>;
const formed: Formed[] = [];
async function form(world: number, hosts?: readonly string[]): Promise<ProcessGroup[]> {
  const made = await formGroup(world, { hosts });
  formed.push(made);
  return made.groups;
}
afterEach(async () => {
  for (const made of formed.splice(0)) await closeAll(made);
});

const bits = (a: ArrayBufferView) => Buffer.from(a.buffer, a.byteOffset, a.byteLength);

/** Machines of unequal size, two ranks apart. */
const hosts = (world: number) => Array.from({ length: world }, (_, r) => `host${r % 3 === 2 ? 'B' : 'A'}`);

const algorithms: AlgorithmName[] = ['direct', 'mesh', 'ring', 'doubling', 'hierarchical'];

describe.each([2, 3, 4, 5, 6, 7, 8])('in a world of %i', (world) => {
  it.each(algorithms)('allReduce by %s', async (algorithm) => {
    const groups = await form(world, hosts(world));
    const run = async <T>(buffers: T[], call: (group: ProcessGroup, buffer: T) => Promise<void>) => {
      await Promise.all(groups.map((group, rank) => call(group, buffers[rank]!)));
      return buffers;
    };
    for (const length of [0, 1, world + 1, 1_023, 33_003]) {
      const inputs = groups.map((_, rank) => contribution(rank, length, length + 1));
      const expected = sumInRankOrder(inputs);
      const scale = inputs.map((input) => input.map(Math.abs)).reduce((a, b) => a.map((x, i) => x + b[i]!));
      const sums = await run(
        inputs.map((input) => input.slice()),
        (group, buffer) => group.allReduce(buffer, { algorithm }),
      );
      const again = await run(
        inputs.map((input) => input.slice()),
        (group, buffer) => group.allReduce(buffer, { algorithm }),
      );
      for (const buffer of [...sums, ...again])
        expect(bits(buffer).equals(bits(sums[0]!)), `${length}: the same everywhere and always`).toBe(true);
      sums[0]!.forEach((x, i) => {
        if (Math.abs(x - expected[i]!) > scale[i]! * 1e-6) expect([i, x]).toEqual([i, expected[i]]);
      });
      if (algorithm === 'direct' || algorithm === 'mesh' || world === 2)
        expect(bits(sums[0]!).equals(bits(expected)), `${length}: in rank order`).toBe(true);

      const next = random(length);
      const wholes = groups.map(() => Int32Array.from({ length }, () => (next() * 2 ** 32) | 0));
      const sum = wholes.reduce((a, b) => a.map((x, i) => (x + b[i]!) | 0));
      const largest = wholes.reduce((a, b) => a.map((x, i) => Math.max(x, b[i]!)));
      for (const [op, want] of [
        ['sum', sum],
        ['max', largest],
      ] as const) {
        const got = await run(
          wholes.map((x) => x.slice()),
          (group, buffer) => group.allReduce(buffer, { algorithm, op }),
        );
        for (const buffer of got) expect(bits(buffer).equals(bits(want)), `${op} of ${length}`).toBe(true);
      }
      const means = await run(
        groups.map((_, rank) => new Float32Array(length).fill(rank)),
        (group, buffer) => group.allReduce(buffer, { algorithm, op: 'mean' }),
      );
      const mean = Math.fround(((world * (world - 1)) / 2) * Math.fround(1 / world));
      for (const buffer of means) expect(buffer.every((x) => x === mean)).toBe(true);
    }
    expect(groups[0]!.flightRecord.at(-1)).toMatchObject({ algorithm });
    const halves = groups.map((_, rank) => ({
      dtype: 'bf16' as const,
      data: new Uint16Array(1_001).fill(toBf16(rank + 1)),
    }));
    await run(halves, (group, buffer) => group.allReduce(buffer, { algorithm }));
    for (const { data } of halves)
      expect(data.every((x) => fromBf16(x) === (world * (world + 1)) / 2)).toBe(true);
  });

  it.each(['mesh', 'ring'] as const)('reduceScatter and allGather by %s', async (algorithm) => {
    const groups = await form(world);
    for (const length of [0, 1, world + 1, 33_003]) {
      const inputs = groups.map((_, rank) => Int32Array.from({ length }, (__, i) => i * (rank + 3)));
      const kept = inputs.map((input) => input.slice());
      const sum = inputs.reduce((a, b) => a.map((x, i) => x + b[i]!));
      const part = (rank: number) =>
        sum.slice(Math.floor((length * rank) / world), Math.floor((length * (rank + 1)) / world));
      const outputs = groups.map((_, rank) => part(rank).fill(0));
      await Promise.all(
        groups.map((group, rank) => group.reduceScatter(inputs[rank]!, outputs[rank]!, { algorithm })),
      );
      outputs.forEach((output, rank) => expect(bits(output).equals(bits(part(rank)))).toBe(true));
      expect(inputs.every((input, rank) => bits(input).equals(bits(kept[rank]!)))).toBe(true);
      const whole = groups.map(() => new Int32Array(length));
      await Promise.all(
        groups.map((group, rank) => group.allGather(outputs[rank]!, whole[rank]!, { algorithm })),
      );
      for (const output of whole) expect(bits(output).equals(bits(sum))).toBe(true);
    }
  });

  it('broadcast, barrier and allGatherBytes', async () => {
    const groups = await form(world);
    for (let root = 0; root < world; root += 1) {
      const buffers = groups.map((_, rank) => new Uint8Array(300_001).fill(rank === root ? 9 : 0));
      await Promise.all(groups.map((group, rank) => group.broadcast(buffers[rank]!, root)));
      expect(buffers.every((buffer) => buffer.every((x) => x === 9))).toBe(true);
      let late = true;
      const barriers = groups.map(async (group, rank) => {
        if (rank === root) await new Promise((resolve) => setTimeout(resolve, 5));
        if (rank === root) late = false;
        await group.barrier();
        expect(late).toBe(false);
      });
      await Promise.all(barriers);
    }
    const all = await Promise.all(
      groups.map((group, rank) => group.allGatherBytes(new Uint8Array(rank * 50_000).fill(rank))),
    );
    for (const list of all)
      list.forEach((one, rank) => {
        expect(one.byteLength).toBe(rank * 50_000);
        expect(one.every((x) => x === rank)).toBe(true);
      });
  });
});

it('many in flight, of all sizes, algorithms and kinds, begun at random times', async () => {
  const world = 5;
  const groups = await form(world, hosts(world));
  const plan = random(11);
  const calls = Array.from({ length: 120 }, (_, i) => ({
    algorithm: algorithms[Math.floor(plan() * algorithms.length)]!,
    length: Math.floor(plan() < 0.2 ? plan() * 90_000 : plan() * 500),
    root: plan() < 0.2 ? Math.floor(plan() * world) : undefined,
    value: i + 1,
  }));
  await Promise.all(
    groups.map(async (group, rank) => {
      const wait = random(rank);
      const pending: Promise<void>[] = [];
      for (const { algorithm, length, root, value } of calls) {
        if (wait() < 0.1) await new Promise((resolve) => setTimeout(resolve, wait() * 4));
        const buffer = new Float32Array(length).fill(root === undefined || root === rank ? value : 0);
        const bytes = new Uint8Array(buffer.buffer);
        const call =
          root === undefined
            ? group.allReduce(buffer, { algorithm, tag: `${value}` })
            : group.broadcast(bytes, root);
        const want = root === undefined ? world * value : value;
        pending.push(call.then(() => expect(buffer.every((x) => x === want)).toBe(true)));
      }
      await Promise.all(pending);
    }),
  );
});

describe('int8 compression', () => {
  it.each([2, 3, 5])(
    'has the same bits on %i ranks, near the sum, and loses nothing over time',
    async (world) => {
      const groups = await form(world);
      const length = 70_001;
      const inputs = groups.map((_, rank) =>
        Float32Array.from({ length }, (__, i) => Math.sin(i * 0.1 + rank)),
      );
      const exact = sumInRankOrder(inputs);
      const residuals = groups.map(() => new Float32Array(length));
      const total = new Float64Array(length);
      const rounds = 20;
      let first = 0;
      for (let round = 0; round < rounds; round += 1) {
        const buffers = inputs.map((input) => input.slice());
        await Promise.all(
          groups.map((group, rank) =>
            group.allReduce(buffers[rank]!, { compression: 'int8', residual: residuals[rank] }),
          ),
        );
        for (const buffer of buffers) expect(bits(buffer).equals(bits(buffers[0]!))).toBe(true);
        buffers[0]!.forEach((x, i) => (total[i]! += x));
        if (round === 0) first = Math.max(...exact.map((x, i) => Math.abs(x - buffers[0]![i]!)));
      }
      // Each contribution is off by up to 1/254, the sum of at most `world` by as much of it again.
      expect(first).toBeLessThan((2.1 * world) / 254);
      expect(first).toBeGreaterThan(0);
      // What contributions lost comes back; what the owner's rounding loses does not, but has no bias.
      const mean = Math.max(...exact.map((x, i) => Math.abs(x - total[i]! / rounds)));
      expect(mean).toBeLessThan(first);
      const sent = groups[0]!.stats.bytesSent / rounds;
      expect(sent).toBeLessThan(1.05 * length * 2 * ((world - 1) / world) + 1_000);
    },
  );

  it('is for float32 sums and means', async () => {
    const [group] = await form(2);
    await expect(group!.allReduce(new Int32Array(4), { compression: 'int8' })).rejects.toThrow(
      /only float32/,
    );
    await expect(group!.allReduce(new Float32Array(4), { compression: 'int8', op: 'max' })).rejects.toThrow(
      /sums and means/,
    );
    await expect(
      group!.allReduce(new Float32Array(4), { compression: 'int8', residual: new Float32Array(3) }),
    ).rejects.toThrow(/residual has 3/);
  });
});

it('the choice follows size, world and machines, and is explained', async () => {
  const choose = (o: Partial<Situation>) =>
    chooseAlgorithm({
      ...{ collective: 'allReduce', bytes: 1_000, world: 4, dtype: 'f32', shared: false },
      ...{ hosts: Array.from({ length: o.world ?? 4 }, () => 'a'), ...o },
    } as Situation).algorithm;
  expect(choose({})).toBe('direct');
  expect(choose({ world: 32 })).toBe('doubling');
  expect(choose({ bytes: 2 ** 20 })).toBe('mesh');
  expect(choose({ bytes: 2 ** 20, world: 2 })).toBe('ring');
  expect(choose({ bytes: 2 ** 20, world: 32 })).toBe('ring');
  expect(choose({ bytes: 2 ** 20, world: 32, dtype: 'bf16' })).toBe('mesh');
  expect(choose({ bytes: 2 ** 20, hosts: ['a', 'a', 'b', 'b'] })).toBe('hierarchical');
  expect(choose({ bytes: 2 ** 20, hosts: ['a', 'b', 'c', 'd'] })).toBe('mesh');
  expect(choose({ bytes: 2 ** 20, shared: true })).toBe('shared');
  expect(choose({ wanted: 'ring' })).toBe('ring');
  expect(choose({ wanted: 'shared' })).toBe('direct');

  const lines: string[] = [];
  const made = await formGroup(2, { log: (line) => lines.push(line), algorithm: 'mesh' });
  formed.push(made);
  await Promise.all(made.groups.map((group) => group.allReduce(new Float32Array(50_000))));
  expect(lines.join('\n')).toMatch(/rank 0 reads from rank 1 by 127.0.0.1:\d+/);
  expect(lines.join('\n')).toContain('g: allReduce of 200000 bytes by mesh: asked for');
});

it('ranks that ask for different algorithms are told so', async () => {
  const groups = await form(2);
  const errors = await Promise.all(
    groups.map((group, rank) =>
      group.allReduce(new Float32Array(9), { algorithm: rank ? 'ring' : 'direct' }).then(
        () => undefined,
        (error: Error) => error,
      ),
    ),
  );
  for (const error of errors) expect(error?.message).toMatch(/by ring.*by direct|by direct.*by ring/);
});
