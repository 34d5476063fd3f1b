import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import {
  CollectiveListener,
  CollectiveMismatchError,
  CorruptFrameError,
  PeerLostError,
  type ProcessGroup,
  type AlgorithmName,
  type GroupOptions,
} from '../src/index.ts';
import { slotsTaken } from '../src/kernels/slots.ts';
import { FaultyWires } from './faulty-wires.ts';
import { closeAll, errorOf, formGroup, join, random } from './groups.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function form(world: number, o: Partial<GroupOptions> = {}) {
  const listeners = await Promise.all(Array.from({ length: world }, () => CollectiveListener.listen()));
  const wires = await FaultyWires.of(listeners);
  cleanups.push(() => wires.close(), ...listeners.map((listener) => () => listener.close()));
  const make = async (generation: number): Promise<ProcessGroup[]> => {
    const groups = await join(listeners, { addresses: wires.addresses, transport: 'tcp', generation, ...o });
    cleanups.push(...groups.map((group) => () => group.close()));
    return groups;
  };
  return { wires, make, groups: await make(1) };
}

/** Everybody's error, and how long the last one took. */
async function failures(groups: ProcessGroup[], call: (group: ProcessGroup) => Promise<unknown>) {
  const began = performance.now();
  const run = async (group: ProcessGroup) => {
    for (;;) await call(group);
  };
  const errors = (await Promise.all(groups.map((group) => errorOf(run(group))))) as Error[];
  return { errors, ms: performance.now() - began };
}

const algorithms: AlgorithmName[] = ['direct', 'mesh', 'ring', 'doubling', 'hierarchical'];

/** Two ranks of which one sends the other something. */
function pairOf(algorithm: AlgorithmName, world: number, next: () => number): [from: number, to: number] {
  const from = Math.floor(next() * (algorithm === 'doubling' ? 2 : world));
  if (algorithm === 'doubling') return [from, 1 - from];
  const step = algorithm === 'ring' ? 1 : 1 + Math.floor(next() * (world - 1));
  return [from, (from + step) % world];
}

describe('a connection that fails at any byte of any algorithm', () => {
  it.each(algorithms)(
    '%s: every rank is told at once, nothing is left, and the group forms again',
    async (algorithm) => {
      const next = random(algorithm.length);
      const slots = slotsTaken();
      for (const kind of ['cut', 'corrupt', 'stall'] as const) {
        for (let round = 0; round < 3; round += 1) {
          const world = 2 + Math.floor(next() * 3);
          const timeoutMs = kind === 'stall' ? 300 : 20_000;
          const { wires, make, groups } = await form(world, { timeoutMs });
          const [from, to] = pairOf(algorithm, world, next);
          // 48 bytes of header and the answer to the greeting come first; then frames.
          wires.faults.set(`${from}>${to}`, { kind, after: 150 + Math.floor(next() * 300_000) });
          const length = next() < 0.3 ? 500 : 60_000;
          // Those of a group are summed, and checked as they are summed, where they lie.
          const own = round % 2 === 0;
          const buffers = groups.map((group) =>
            own ? group.allocate(length).fill(0) : new Float32Array(length),
          );
          const { errors, ms } = await failures(groups, (group) =>
            group.allReduce(buffers[group.rank]!, { algorithm, tag: `${kind} ${round}` }),
          );
          // Only as long as the bytes before the fault took, and the time after which a stall is one.
          expect(ms).toBeLessThan(10_000);
          const named = errors.filter(
            (error) => error instanceof PeerLostError || error instanceof CorruptFrameError,
          );
          expect(named.length).toBeGreaterThanOrEqual(world - 1);
          for (const error of named as PeerLostError[]) {
            expect([from, to]).toContain(error.rank);
            expect(error.flightRecord?.at(-1)?.error).toBeDefined();
            if (error instanceof PeerLostError) {
              expect(error.message).toMatch(/of \d+ bytes of it had arrived/);
              expect(error.address).toBe(wires.addresses[error.rank]);
            }
          }
          if (kind === 'corrupt')
            expect(named.some((error) => error instanceof CorruptFrameError)).toBe(true);
          // Nobody writes to the buffers of a call that has failed.
          for (const buffer of buffers) buffer.fill(7);
          await sleep(20);
          expect(buffers.every((buffer) => buffer.every((x) => x === 7))).toBe(true);
          wires.faults.clear();
          const again = await make(2);
          const sums = again.map(() => Float32Array.of(1));
          await Promise.all(again.map((group, rank) => group.allReduce(sums[rank]!)));
          expect(sums.every(([x]) => x === world)).toBe(true);
          for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
        }
      }
      await sleep(50);
      expect(slotsTaken()).toBe(slots);
    },
  );

  it('a damaged bit is found wherever it is in a large sum: in what is added, and in its result', async () => {
    const bytes = 400_000;
    for (const share of [0.1, 0.3, 0.45, 0.6, 0.9]) {
      const { wires, groups } = await form(2);
      const buffers = groups.map((group) => group.allocate(bytes / 4).fill(1));
      await Promise.all(groups.map((group, rank) => group.allReduce(buffers[rank]!, { algorithm: 'ring' })));
      // Of the second call, of which a rank sends as many bytes as the buffer has: half to be added, half results.
      wires.faults.set('0>1', { kind: 'corrupt', after: Math.round(bytes * (1 + share)) });
      const errors = await Promise.all(
        groups.map((group, rank) =>
          // Who has sent all and got all hears of it in its next call.
          errorOf(group.allReduce(buffers[rank]!, { algorithm: 'ring' }).then(() => group.barrier())),
        ),
      );
      for (const error of errors) {
        expect(error, `${share}`).toBeInstanceOf(CorruptFrameError);
        expect(error?.message).toMatch(/damaged data from rank 0 .* have checksum .* where the sender/);
      }
      for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    }
  });

  it('a slow one fails nothing', async () => {
    const { wires, groups } = await form(3, { timeoutMs: 2_000 });
    wires.faults.set('1>2', { kind: 'slow', after: 1_000 });
    const buffers = groups.map((_, rank) => new Float32Array(300_000).fill(rank));
    await Promise.all(groups.map((group, rank) => group.allReduce(buffers[rank]!)));
    expect(buffers.every((buffer) => buffer.every((x) => x === 3))).toBe(true);
    const waits = groups[2]!.flightRecord.at(-1)!.waitMs;
    expect(waits[1]).toBeGreaterThan(waits[0]!);
  });
});

describe('a rank that runs another call', () => {
  type Call = (group: ProcessGroup) => Promise<unknown>;
  const cases: [string, Call, Call][] = [
    ['broadcast and barrier', (g) => g.broadcast(new Uint8Array(10), 0), (g) => g.barrier()],
    ['barrier and allReduce', (g) => g.barrier(), (g) => g.allReduce(new Float32Array(100))],
    [
      'large and small',
      (g) => g.allReduce(new Float32Array(99)),
      (g) => g.allReduce(new Float32Array(99_999)),
    ],
    [
      'two tags',
      (g) => g.allReduce(new Float32Array(9), { tag: 'a' }),
      (g) => g.allReduce(new Float32Array(9), { tag: 'b' }),
    ],
    [
      'int8 and float32',
      (g) => g.allReduce(new Float32Array(50_000), { compression: 'int8' }),
      (g) => g.allReduce(new Float32Array(50_000)),
    ],
    [
      'gather and scatter',
      (g) => g.allGather(new Float32Array(2), new Float32Array(10)),
      (g) => g.reduceScatter(new Float32Array(10), new Float32Array(2)),
    ],
  ];
  it.each(cases)('%s: is found without any timeout, by all of five', async (_what, some, other) => {
    for (const odd of [[4], [1, 2]]) {
      const made = await formGroup(5, { timeoutMs: 60_000 });
      cleanups.push(() => closeAll(made));
      const { groups } = made;
      const began = performance.now();
      const errors = await Promise.all(
        groups.map((group) =>
          errorOf(
            (odd.includes(group.rank) ? other : some)(group).then(() => group.barrier({ tag: 'next' })),
          ),
        ),
      );
      expect(performance.now() - began).toBeLessThan(1_500);
      for (const error of errors) expect(error).toBeInstanceOf(CollectiveMismatchError);
    }
  });
});

it('100 collectives under way are all told, each in its own name', async () => {
  const made = await formGroup(3);
  cleanups.push(() => closeAll(made));
  const [zero, one, two] = made.groups as [ProcessGroup, ProcessGroup, ProcessGroup];
  const pending = [zero, one].flatMap((group) =>
    Array.from({ length: 100 }, (_, i) =>
      errorOf(group.allReduce(new Float32Array(30_000), { tag: `bucket ${i}` })),
    ),
  );
  await sleep(20);
  await two.close();
  const errors = (await Promise.all(pending)) as PeerLostError[];
  errors.forEach((error, i) => {
    expect(error).toBeInstanceOf(PeerLostError);
    expect(error).toMatchObject({ rank: 2, reason: 'left' });
    if (i % 100 > 0) expect(error.message).toContain(`allReduce #${i % 100} tagged 'bucket ${i % 100}'`);
  });
});

it('20,000 small collectives, several at once, leave memory, handles and slots as they were', async () => {
  const made = await formGroup(2);
  cleanups.push(() => closeAll(made));
  const handles = () =>
    process.getActiveResourcesInfo().filter((kind) => /TCP|Pipe|Timeout/.test(kind)).length;
  const run = async (count: number) => {
    for (let i = 0; i < count; i += 5)
      await Promise.all(
        made.groups.flatMap((group) => [
          group.allReduce(new Float32Array(16)),
          group.allReduce(new Float32Array(1_000), { algorithm: 'mesh' }),
          group.barrier(),
          group.broadcast(new Uint8Array(5), i % 2),
          group.allGatherBytes(new Uint8Array(i % 7)),
        ]),
      );
  };
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const heap = () => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  await run(4_000);
  const before = { handles: handles(), slots: slotsTaken(), heap: heap() };
  await run(20_000);
  expect(slotsTaken()).toBeLessThanOrEqual(before.slots + 2);
  expect(handles()).toBeLessThanOrEqual(before.handles + 2);
  // 20,000 calls that each kept 100 bytes would be 4 MB on the two ranks.
  expect(heap() - before.heap).toBeLessThan(3e6);
}, 120_000);
