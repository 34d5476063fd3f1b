import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { errorOf, join } from '../../test/groups.ts';
import type { PeerLostError } from '../index.ts';
import {
  CollectiveListener,
  CorruptFrameError,
  JoinError,
  ProcessGroup,
  type GroupOptions,
} from '../index.ts';
import { localPath } from './addresses.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function listeners(count: number): Promise<CollectiveListener[]> {
  const all = await Promise.all(Array.from({ length: count }, () => CollectiveListener.listen()));
  cleanups.push(...all.map((listener) => () => listener.close()));
  return all;
}

/** Joins one rank; the others are up to the test. */
function joinOne(
  all: CollectiveListener[],
  rank: number,
  o: Partial<GroupOptions> = {},
): Promise<ProcessGroup> {
  return ProcessGroup.join({
    groupId: 'g',
    generation: 1,
    rank,
    world: all.length,
    addresses: all.map((l) => l.address),
    listener: all[rank] as CollectiveListener,
    timeoutMs: 1_000,
    connectTimeoutMs: 2_000,
    ...o,
  }).then((group) => {
    cleanups.push(() => group.close());
    return group;
  });
}

describe('joining', () => {
  it('refuses an older generation, on both sides of the call, and says so', async () => {
    const all = await listeners(2);
    const groups = await join(all, { generation: 5 });
    cleanups.push(...groups.map((group) => () => group.close()));
    const fresh = await CollectiveListener.listen();
    cleanups.push(() => fresh.close());
    const late = await errorOf(joinOne([all[0] as CollectiveListener, fresh], 1, { generation: 4 }));
    expect(late).toBeInstanceOf(JoinError);
    expect(late).toMatchObject({ code: 'STALE_GENERATION' });
    expect(late?.message).toBe(
      `rank 1 of group g came with generation 4, but ${all[0]?.address} is at generation 5`,
    );
    const own = await errorOf(joinOne(all, 0, { generation: 4 }));
    expect(own).toMatchObject({
      code: 'STALE_GENERATION',
      message: expect.stringContaining('at generation 5 already'),
    });
    // The group in place is not disturbed.
    const buffers = groups.map(() => new Float32Array([1]));
    await Promise.all(groups.map((group, rank) => group.allReduce(buffers[rank] as Float32Array)));
    expect(buffers.map(([x]) => x)).toEqual([2, 2]);
  });

  it('keeps a rank that comes early waiting, also one of a newer generation', async () => {
    const all = await listeners(2);
    const old = await join(all, { generation: 1 });
    const early = joinOne(all, 1, { generation: 2 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await Promise.all(old.map((group) => group.barrier()));
    const groups = await Promise.all([joinOne(all, 0, { generation: 2 }), early]);
    await Promise.all(groups.map((group) => group.barrier()));
    await Promise.all(old.map((group) => group.close()));
  });

  it('groups of different names share listeners', async () => {
    const all = await listeners(2);
    const a = await join(all, { groupId: 'a' });
    const b = await join(all, { groupId: 'b' });
    cleanups.push(...[...a, ...b].map((group) => () => group.close()));
    await Promise.all([...a, ...b].map((group) => group.barrier()));
  });

  it('names who is missing when time runs out, and tells the ranks that came', async () => {
    const all = await listeners(3);
    const [zero, one] = await Promise.all([
      errorOf(joinOne(all, 0, { connectTimeoutMs: 300 })),
      errorOf(joinOne(all, 1, { connectTimeoutMs: 3_000 })),
    ]);
    expect(zero).toMatchObject({ code: 'JOIN_TIMEOUT' });
    expect(zero?.message).toContain(`missing rank 2 at ${all[2]?.address}`);
    expect(one).toMatchObject({ code: 'GROUP_ABORTED', message: expect.stringContaining('missing rank 2') });
  });

  it('gives up at the limit when an address is dead or answers nonsense', async () => {
    const [own] = (await listeners(1)) as [CollectiveListener];
    const echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    await once(echo, 'listening');
    cleanups.push(() => echo.close());
    for (const address of ['127.0.0.1:1', `127.0.0.1:${(echo.address() as { port: number }).port}`]) {
      const begin = Date.now();
      const options = {
        rank: 1,
        world: 2,
        addresses: [address, own.address],
        listener: own,
        connectTimeoutMs: 300,
      };
      const error = await errorOf(ProcessGroup.join({ groupId: address, generation: 1, ...options }));
      expect(error).toMatchObject({
        code: 'JOIN_TIMEOUT',
        message: expect.stringContaining(`missing rank 0 at ${address}`),
      });
      expect(Date.now() - begin).toBeLessThan(1_500);
    }
  });

  it('fails at once on both sides when they disagree about the world', async () => {
    const all = await listeners(3);
    const begin = Date.now();
    const [zero, one] = await Promise.all([errorOf(joinOne(all, 0)), errorOf(joinOne(all.slice(0, 2), 1))]);
    expect(Date.now() - begin).toBeLessThan(1_000);
    for (const error of [zero, one]) {
      expect(error).toMatchObject({ code: 'WORLD_MISMATCH' });
      expect(error?.message).toMatch(/rank [01] .* has [23] ranks, rank [01] .* says [23]/);
    }
  });

  it('refuses two trainers with one rank and wrong options', async () => {
    const all = await listeners(3);
    const extra = await CollectiveListener.listen();
    cleanups.push(() => extra.close());
    const waiting = [
      errorOf(joinOne(all, 0, { connectTimeoutMs: 500 })),
      errorOf(joinOne(all, 1, { connectTimeoutMs: 500 })),
    ];
    await new Promise((resolve) => setTimeout(resolve, 100));
    const impostor = await errorOf(
      joinOne([all[0], extra, all[2]] as CollectiveListener[], 1, { connectTimeoutMs: 400 }),
    );
    expect(impostor).toMatchObject({
      code: 'DUPLICATE_RANK',
      message: expect.stringContaining('rank 1 of group g'),
    });
    await Promise.all(waiting);
    const bad: Partial<GroupOptions>[] = [
      { rank: 3 },
      { world: -1 },
      { world: 2.5 },
      { world: 2 },
      { generation: -1 },
      { addresses: ['a:1', 'b', 'c:3'] },
    ];
    for (const options of bad) {
      expect(await errorOf(joinOne(all, 0, { groupId: 'bad', ...options }))).toMatchObject({
        code: 'BAD_GROUP',
      });
    }
  });
});

describe('the connection', () => {
  /** A rank 0 behind a proxy that can damage or stop what rank 1 receives. */
  async function throughProxy(change: (chunk: Buffer, to: Socket) => void) {
    const [zero, one] = (await listeners(2)) as [CollectiveListener, CollectiveListener];
    const proxy = createServer((near) => {
      const far = connect({ host: '127.0.0.1', port: Number(zero.address.split(':')[1]) });
      near.pipe(far);
      far.on('data', (chunk: Buffer) => change(chunk, near));
      far.on('close', () => near.destroy());
      near.on('close', () => far.destroy());
      far.on('error', () => {});
      near.on('error', () => {});
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    cleanups.push(() => proxy.close());
    const address = `127.0.0.1:${(proxy.address() as { port: number }).port}`;
    const base = { groupId: 'g', generation: 1, world: 2 };
    const groups = await Promise.all([
      ProcessGroup.join({
        ...base,
        timeoutMs: 60_000,
        rank: 0,
        listener: zero,
        addresses: [zero.address, one.address],
      }),
      ProcessGroup.join({
        ...base,
        timeoutMs: 400,
        rank: 1,
        listener: one,
        addresses: [address, one.address],
      }),
    ]);
    cleanups.push(...groups.map((group) => () => group.close()));
    return groups;
  }

  it('detects a damaged byte and tells both ranks', async () => {
    let damage = false;
    const groups = await throughProxy((chunk, to) => {
      if (damage && chunk.length > 10_000) chunk[9_999] = (chunk[9_999] as number) ^ 1;
      to.write(chunk);
    });
    await Promise.all(groups.map((group) => group.barrier()));
    damage = true;
    const errors = await Promise.all(
      groups.map((group) => errorOf(group.allReduce(new Float32Array(100_000)))),
    );
    for (const error of errors) {
      expect(error).toBeInstanceOf(CorruptFrameError);
      expect(error?.message).toMatch(/damaged data from rank 0 .*allReduce #1 have checksum/);
    }
  });

  it('finds a peer whose bytes stop in the middle of a frame and says how many came', async () => {
    let left = Infinity;
    const groups = await throughProxy((chunk, to) => {
      const part = chunk.subarray(0, Math.max(0, Math.min(chunk.length, left)));
      left -= chunk.length;
      if (part.length > 0) to.write(part);
    });
    await Promise.all(groups.map((group) => group.barrier()));
    left = 300_000;
    const [zero, one] = await Promise.all(
      groups.map((group) => errorOf(group.allReduce(new Float32Array(400_000)))),
    );
    expect(one).toMatchObject({ code: 'PEER_LOST', rank: 0, reason: 'stalled' });
    // Whole frames count: of those the last one may be missing, which has 256 KiB at the most.
    const { bytesReceived } = one as PeerLostError;
    expect(bytesReceived).toBeGreaterThan(300_000 - 262_144);
    expect(bytesReceived).toBeLessThan(300_000);
    expect(zero).toBeDefined();
  });

  it('drops strangers and keeps working', async () => {
    const all = await listeners(2);
    const port = Number(all[0]?.address.split(':')[1]);
    for (const words of ['GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(9), '\0'.repeat(500)]) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(words);
      await once(socket, 'close');
    }
    const groups = await join(all);
    await Promise.all(groups.map((group) => group.barrier()));
    await Promise.all(groups.map((group) => group.close()));
  });

  it('uses a unix socket on one host, and one connection per direction of a pair', async () => {
    const all = await listeners(3);
    // Sockets of the test before this one go away.
    await new Promise((resolve) => setTimeout(resolve, 100));
    const count = (kind: RegExp) => process.getActiveResourcesInfo().filter((r) => kind.test(r)).length;
    const before = { tcp: count(/TCPSocket/), pipe: count(/Pipe(?!Server)/) };
    const groups = await join(all);
    const local = localPath(1) !== undefined;
    // Both ends of six connections are in this process.
    expect(count(/TCPSocket/) - before.tcp).toBe(local ? 0 : 12);
    expect(count(/Pipe(?!Server)/) - before.pipe).toBe(local ? 12 : 0);
    await Promise.all(groups.map((group) => group.close()));
  });
});

describe('CollectiveListener', () => {
  it('names a port in use and an address that is not ours, and frees its port on close', async () => {
    const [first] = (await listeners(1)) as [CollectiveListener];
    const port = Number(first.address.split(':')[1]);
    const used = await errorOf(CollectiveListener.listen({ port }));
    expect(used).toMatchObject({
      code: 'PORT_IN_USE',
      message: `port ${port} is in use: cannot listen on 127.0.0.1:${port}`,
    });
    expect(await errorOf(CollectiveListener.listen({ host: '203.0.113.9' }))).toMatchObject({
      code: 'BAD_ADDRESS',
    });
    await first.close();
    const second = await CollectiveListener.listen({ port, advertise: 'trainer-0.example' });
    expect(second.address).toBe(`trainer-0.example:${port}`);
    await second.close();
  });

  it('does not take its groups along when it closes', async () => {
    const all = await listeners(2);
    const groups = await join(all);
    for (const listener of all) await listener.close();
    await Promise.all(groups.map((group) => group.barrier()));
    const error = await errorOf(joinOne(all, 0, { generation: 2 }));
    expect(error).toMatchObject({ code: 'LISTENER_CLOSED' });
    await Promise.all(groups.map((group) => group.close()));
  });
});

describe('an advertised port', () => {
  it('stands as it is: peers come through whatever forwards it', async () => {
    let own = 0;
    const proxy = createServer((socket) => {
      const inner = connect(own, '127.0.0.1');
      socket.pipe(inner).pipe(socket);
      for (const [end, other] of [
        [socket, inner],
        [inner, socket],
      ] as const)
        end.on('error', () => other.destroy()).on('close', () => other.destroy());
    });
    let through = 0;
    proxy.on('connection', () => through++);
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    cleanups.push(() => proxy.close());
    const { port } = proxy.address() as { port: number };
    // A port that is free now.
    const [free] = await listeners(1);
    own = Number(free?.address.split(':')[1]);
    await free?.close();
    const behind = await CollectiveListener.listen({ port: own, advertise: `127.0.0.1:${port}` });
    const plain = await CollectiveListener.listen({ advertise: '127.0.0.1' });
    cleanups.push(
      () => behind.close(),
      () => plain.close(),
    );
    expect(behind.address).toBe(`127.0.0.1:${port}`);
    const groups = await join([behind, plain]);
    cleanups.push(...groups.map((group) => () => group.close()));
    const sums = [Float32Array.of(1), Float32Array.of(2)];
    await Promise.all(groups.map((group, rank) => group.allReduce(sums[rank] as Float32Array)));
    expect(sums.map(([value]) => value)).toEqual([3, 3]);
    expect(through).toBe(1);
  });
});
