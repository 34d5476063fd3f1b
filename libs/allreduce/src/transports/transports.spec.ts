import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { contribution, errorOf, join as joinAll, sumInRankOrder } from '../../test/groups.ts';
import { serveCollectives } from '../grpc.ts';
import { CollectiveListener, ProcessGroup, type GroupOptions, type ListenOptions } from '../index.ts';
import { slotsTaken } from '../kernels/slots.ts';
import { dataOf } from './grpc-wire.ts';

const directory = mkdtempSync(join(tmpdir(), 'ovis-collective-tls-'));
const file = (name: string) => join(directory, name);

beforeAll(() => {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: directory, stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const authority = (name: string) =>
    openssl(
      'req',
      '-x509',
      ...key,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
      '-subj',
      `/CN=${name}`,
      '-days',
      '2',
    );
  authority('ca');
  authority('other');
  openssl('req', ...key, '-keyout', 'own.key', '-out', 'own.csr', '-subj', '/CN=rank.test');
  const sign = ['-CAcreateserial', '-days', '2', '-in', 'own.csr'];
  openssl('x509', '-req', ...sign, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-out', 'own.pem');
  openssl('x509', '-req', ...sign, '-CA', 'other.pem', '-CAkey', 'other.key', '-out', 'foreign.pem');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const tls = () => ({
  ca: file('ca.pem'),
  cert: file('own.pem'),
  key: file('own.key'),
  serverName: 'rank.test',
});

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function listeners(count: number, o: ListenOptions = {}): Promise<CollectiveListener[]> {
  const all = await Promise.all(Array.from({ length: count }, () => CollectiveListener.listen(o)));
  cleanups.push(...all.map((listener) => () => listener.close()));
  return all;
}

async function groupsOf(all: CollectiveListener[], o: Partial<GroupOptions> = {}): Promise<ProcessGroup[]> {
  const groups = await joinAll(all, o);
  cleanups.push(...groups.map((group) => () => group.close()));
  return groups;
}

describe.each(['unix', 'tcp', 'tls', 'grpc'] as const)('over %s', (path) => {
  async function form(world: number): Promise<ProcessGroup[]> {
    const all = await listeners(world, path === 'tls' ? { tls: tls() } : {});
    if (path === 'grpc')
      for (const listener of all) {
        const server = await serveCollectives(listener);
        cleanups.push(() => server.close());
      }
    const groups = await groupsOf(all, { transport: path === 'tls' ? 'tcp' : path });
    for (const group of groups)
      expect(group.paths.filter((_, rank) => rank !== group.rank)).toEqual(new Array(world - 1).fill(path));
    return groups;
  }

  it.runIf(path !== 'unix' || process.platform === 'linux')(
    'collectives of all sizes, many at once, in memory of any kind; nothing is left behind',
    async () => {
      const slots = slotsTaken();
      const groups = await form(3);
      for (const kind of ['plain', 'allocated']) {
        const lengths = [0, 1, 10, 8_192, 70_001, 400_003];
        const calls = groups.map((group, rank) =>
          lengths.map((length) => {
            const input = contribution(rank, length, length);
            const buffer = kind === 'plain' ? input.slice() : group.allocate(length);
            buffer.set(input);
            return { input, buffer, done: group.allReduce(buffer, { tag: `${length}` }) };
          }),
        );
        await Promise.all(calls.flat().map(({ done }) => done));
        lengths.forEach((length, i) => {
          const expected = sumInRankOrder(calls.map((of) => of[i]!.input));
          for (const of of calls)
            expect(
              Buffer.from(of[i]!.buffer.slice().buffer).equals(Buffer.from(expected.buffer)),
              `${length}`,
            ).toBe(true);
        });
      }
      expect(groups[0]!.flightRecord.at(-1)?.path).toBe(path);
      // A rank that leaves right after its last collective loses nothing for slower ones.
      const last = groups.map(() => new Float32Array(200_000).fill(1));
      await Promise.all(
        groups.map(async (group, rank) => {
          await group.allReduce(last[rank]!);
          await group.close();
        }),
      );
      expect(last.every((buffer) => buffer.every((x) => x === 3))).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(slotsTaken()).toBe(slots);
    },
  );
});

describe('TLS', () => {
  it('does not let in who has no certificate, or one of another authority, and says so', async () => {
    const [secure] = (await listeners(1, { tls: tls() })) as [CollectiveListener];
    const [plain] = (await listeners(1)) as [CollectiveListener];
    const [foreign] = (await listeners(1, { tls: { ...tls(), cert: file('foreign.pem') } })) as [
      CollectiveListener,
    ];
    for (const stranger of [plain, foreign]) {
      const all = [secure, stranger];
      const errors = await Promise.all(
        all.map((listener, rank) =>
          errorOf(
            ProcessGroup.join({
              ...{ groupId: stranger.address, generation: 1, rank, world: 2, listener },
              addresses: all.map((one) => one.address),
              ...{ transport: 'tcp', connectTimeoutMs: 700 },
            }),
          ),
        ),
      );
      for (const error of errors) expect(error).toMatchObject({ code: 'JOIN_TIMEOUT' });
      expect(errors.map((error) => error?.message).join()).toMatch(
        /TLS: .*(certificate|alert|disconnected|wrong version|hang up|ECONNRESET)/i,
      );
    }
  });
});

describe('addresses', () => {
  it('are tried in turn; a rank that cannot be reached is named with all of them, and why', async () => {
    const [zero, one] = (await listeners(2)) as [CollectiveListener, CollectiveListener];
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    cleanups.push(() => silent.close());
    const nobody = '127.0.0.1:1';
    const mute = `127.0.0.1:${(silent.address() as { port: number }).port}`;
    const base = { generation: 1, world: 2, transport: 'tcp', connectTimeoutMs: 5_000 } as const;
    const addresses = [zero.address, `${nobody},[::1]:2,${one.address}`];
    const groups = await Promise.all([
      ProcessGroup.join({ ...base, groupId: 'a', rank: 0, addresses, listener: zero }),
      ProcessGroup.join({ ...base, groupId: 'a', rank: 1, addresses, listener: one }),
    ]);
    cleanups.push(...groups.map((group) => () => group.close()));
    await Promise.all(groups.map((group) => group.barrier()));
    const error = await errorOf(
      ProcessGroup.join({
        ...{ ...base, groupId: 'b', rank: 0, listener: zero, connectTimeoutMs: 600 },
        addresses: [zero.address, `${nobody},${mute}`],
      }),
    );
    expect(error).toMatchObject({ code: 'JOIN_TIMEOUT' });
    expect(error?.message).toContain(`rank 1 at ${nobody},${mute}`);
    expect(error?.message).toMatch(/127\.0\.0\.1:1: connect ECONNREFUSED/);
    expect(error?.message).toMatch(new RegExp(`${mute}: (connected, but no greeting|no answer)`));
  });

  it('of another rank are not taken for the one that is looked for', async () => {
    const [zero, one, two] = (await listeners(3)) as [
      CollectiveListener,
      CollectiveListener,
      CollectiveListener,
    ];
    // What rank 0 believes to be rank 1's first address is rank 2's.
    const addresses = (first: string) => [zero.address, first, two.address];
    const mixed = addresses(`${two.address},${one.address}`);
    const base = { groupId: 'g', generation: 1, world: 3, connectTimeoutMs: 5_000 };
    const groups = await Promise.all(
      [zero, one, two].map((listener, rank) =>
        ProcessGroup.join({
          ...base,
          rank,
          listener,
          addresses: rank === 0 ? mixed : addresses(one.address),
        }),
      ),
    );
    cleanups.push(...groups.map((group) => () => group.close()));
    const buffers = groups.map((_, rank) => Float32Array.of(10 ** rank));
    await Promise.all(groups.map((group, rank) => group.allReduce(buffers[rank]!)));
    expect(buffers.map(([x]) => x)).toEqual([111, 111, 111]);
  });

  const v6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
  it.runIf(v6)('may be of IPv6', async () => {
    const all = await listeners(2, { host: '::1' });
    expect(all[0]!.address).toMatch(/^\[::1\]:\d+$/);
    const groups = await groupsOf(all, { transport: 'tcp' });
    await Promise.all(groups.map((group) => group.barrier()));
  });

  it('are advertised by interface, by network, or as they are', async () => {
    const port = (listener: CollectiveListener) => listener.address.split(':').at(-1);
    const own = Object.entries(networkInterfaces()).flatMap(([name, list]) =>
      (list ?? []).filter((one) => !one.internal && one.family === 'IPv4').map((one) => ({ name, ...one })),
    );
    const [everywhere] = (await listeners(1, { host: '0.0.0.0' })) as [CollectiveListener];
    if (own.length > 0) {
      expect(everywhere.address).toContain(`${own[0]!.address}:${port(everywhere)}`);
      expect(everywhere.address).not.toMatch(/127\.|localhost/);
      const [named] = (await listeners(1, { host: '0.0.0.0', advertise: own[0]!.name })) as [
        CollectiveListener,
      ];
      expect(named.address).toContain(`${own[0]!.address}:${port(named)}`);
      const [inside] = (await listeners(1, { host: '0.0.0.0', advertise: own[0]!.cidr! })) as [
        CollectiveListener,
      ];
      expect(inside.address).toContain(`${own[0]!.address}:`);
    }
    const [as] = (await listeners(1, { host: '0.0.0.0', advertise: ['10.1.2.3', 'trainer-4'] })) as [
      CollectiveListener,
    ];
    expect(as.address).toBe(`10.1.2.3:${port(as)},trainer-4:${port(as)}`);
    process.env.OVIS_COLLECTIVE_ADVERTISE = '10.9.9.9';
    const [set] = (await listeners(1, { host: '0.0.0.0' })) as [CollectiveListener];
    delete process.env.OVIS_COLLECTIVE_ADVERTISE;
    expect(set.address).toMatch(/^10\.9\.9\.9:\d+$/);
    await expect(CollectiveListener.listen({ advertise: '203.0.113.0/24' })).rejects.toThrow(
      /no address in 203.0.113.0\/24; it has/,
    );
  });
});

it('a stream of chunks that are no Chunks is refused', () => {
  expect(dataOf(Buffer.from([]))?.length).toBe(0);
  expect([...dataOf(Buffer.from([0x0a, 2, 7, 8]))!]).toEqual([7, 8]);
  for (const bad of [[0x0a, 3, 7, 8], [0x12, 2, 7, 8], [0x0a, 0xff], [0x0a]])
    expect(dataOf(Buffer.from(bad)), String(bad)).toBeUndefined();
});

it('sockets that are dialled and never answer do not keep a rank from trying the next', async () => {
  const accepted: Socket[] = [];
  const full = createServer((socket) => accepted.push(socket)).listen(0, '127.0.0.1');
  await once(full, 'listening');
  cleanups.push(() => {
    for (const socket of accepted) socket.destroy();
    full.close();
  });
  const [zero, one] = (await listeners(2)) as [CollectiveListener, CollectiveListener];
  const addresses = [zero.address, `127.0.0.1:${(full.address() as { port: number }).port},${one.address}`];
  const base = { groupId: 'g', generation: 1, world: 2, transport: 'tcp', connectTimeoutMs: 15_000 } as const;
  const groups = await Promise.all([
    ProcessGroup.join({ ...base, rank: 0, addresses, listener: zero }),
    ProcessGroup.join({ ...base, rank: 1, addresses, listener: one }),
  ]);
  cleanups.push(...groups.map((group) => () => group.close()));
  await Promise.all(groups.map((group) => group.barrier()));
});
