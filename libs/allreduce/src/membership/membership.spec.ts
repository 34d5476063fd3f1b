import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { groupClient } from '@ovis/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { errorOf } from '../../test/groups.ts';
import { GroupCoordinator, joinGroup, type Membership, type MembershipOptions } from '../grpc.ts';
import { CollectiveListener, JoinError } from '../index.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serve(o: ConstructorParameters<typeof GroupCoordinator>[0] = {}, port = 0) {
  const coordinator = new GroupCoordinator({ settleMs: 100, reformMs: 1_000, ...o });
  const server = await coordinator.serve({ port });
  const close = async () => {
    coordinator.close();
    await server.close();
  };
  cleanups.push(close);
  return { coordinator, address: server.address, port: server.port, close };
}

async function member(memberId: string, coordinator: string, o: Partial<MembershipOptions> = {}) {
  const listener = await CollectiveListener.listen();
  cleanups.push(() => listener.close());
  const membership = await joinGroup({ coordinator, groupId: 'g', memberId, listener, waitMs: 10_000, ...o });
  cleanups.push(() => membership.leave());
  return membership;
}

async function sums(members: Membership[]): Promise<number[]> {
  const buffers = members.map(() => Float32Array.of(1));
  await Promise.all(members.map(({ group }, i) => group.allReduce(buffers[i]!)));
  return buffers.map(([x]) => x!);
}

describe('a group by its coordinator', () => {
  it('forms when all are there, ranks in the order in which they came', async () => {
    const { address } = await serve();
    const members = await Promise.all(['a', 'b', 'c'].map((name) => member(name, address, { world: 3 })));
    expect(members.map(({ group }) => group.generation)).toEqual([1, 1, 1]);
    const names = members[0]!.members;
    expect([...names].sort()).toEqual(['a', 'b', 'c']);
    members.forEach(({ group }, i) => expect(names[group.rank]).toBe(['a', 'b', 'c'][i]));
    expect(await sums(members)).toEqual([3, 3, 3]);
    const client = groupClient(address);
    cleanups.push(() => client.close());
    expect(await client.getGroup({ groupId: 'g' })).toMatchObject({ generation: 1, members: { length: 3 } });
  });

  it('re-forms without one that leaves, and with one that comes', async () => {
    const { address } = await serve();
    const wanted: string[][] = [];
    const onWanted = (names: string[]) => wanted.push(names);
    const members = await Promise.all(
      ['a', 'b', 'c'].map((name) => member(name, address, { min: 1, max: 3, onWanted })),
    );
    const [a, b, c] = members as [Membership, Membership, Membership];
    const pending = [a, b].map(({ group }) => errorOf(group.allReduce(new Float32Array(10))));
    await c.leave();
    for (const error of await Promise.all(pending)) expect(error).toMatchObject({ code: 'PEER_LOST' });
    await Promise.all([a.reform('c left'), b.reform('c left')]);
    expect([a.group.generation, a.group.world]).toEqual([2, 2]);
    expect(await sums([a, b])).toEqual([2, 2]);

    const late = member('d', address, { min: 1, max: 3 });
    while (wanted.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(wanted[0]).toEqual(['d']);
    // It waits until the others have time for it.
    expect(await sums([a, b])).toEqual([2, 2]);
    const [, , d] = await Promise.all([a.reform('d wants in'), b.reform('d wants in'), late]);
    expect([d.group.generation, d.group.rank, d.group.world]).toEqual([3, 2, 3]);
    expect(await sums([a, b, d])).toEqual([3, 3, 3]);
  });

  it('refuses who speaks of an older generation, and other sizes', async () => {
    const { address } = await serve();
    const members = await Promise.all(['a', 'b'].map((name) => member(name, address, { min: 1, max: 2 })));
    await Promise.all(members.map((one) => one.reform('again')));
    expect(members[0]!.group.generation).toBe(2);
    const client = groupClient(address);
    cleanups.push(() => client.close());
    const stream = client.join();
    await stream.send({
      join: { groupId: 'g', memberId: 'old', address: 'x:1', minWorld: 1, maxWorld: 2, generation: 1 },
    });
    for await (const event of stream) {
      expect(event).toMatchObject({ event: 'refused', refused: { code: 'STALE_GENERATION' } });
      expect(event.event === 'refused' && event.refused.message).toContain(
        'generation 1, but group g is at generation 2',
      );
      break;
    }
    const other = await errorOf(member('c', address, { world: 7 }));
    expect(other).toBeInstanceOf(JoinError);
    expect(other).toMatchObject({
      code: 'OTHER_GROUP_SIZE',
      message: expect.stringContaining('1 to 2 members'),
    });
  });

  it('leaves out who does not ask in time', async () => {
    const { address } = await serve({ reformMs: 300 });
    const [a, b, c] = (await Promise.all(
      ['a', 'b', 'c'].map((name) => member(name, address, { min: 1, max: 3 })),
    )) as [Membership, Membership, Membership];
    await Promise.all([a.reform('c is stuck'), b.reform('c is stuck')]);
    expect([a.group.generation, a.group.world]).toEqual([2, 2]);
    expect(await sums([a, b])).toEqual([2, 2]);
    expect(await errorOf(c.reform('late'))).toMatchObject({ code: 'STALE_GENERATION' });
  });

  it('goes on while its coordinator is away, and finds it again with its journal', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ovis-groups-'));
    cleanups.push(() => rmSync(folder, { recursive: true }));
    const journal = join(folder, 'groups.jsonl');
    const first = await serve({ journal });
    const members = await Promise.all(['a', 'b'].map((name) => member(name, first.address, { world: 2 })));
    await Promise.all(members.map((one) => one.reform('to have a second generation')));
    await first.close();
    expect(await sums(members)).toEqual([2, 2]);
    // It died while it wrote.
    writeFileSync(journal, `${readFileSync(journal, 'utf8')}{"groupId":"g","gener`);
    const second = await serve({ journal }, first.port);
    expect(second.coordinator.latest('g')).toMatchObject({ generation: 2, members: { length: 2 } });
    expect(await sums(members)).toEqual([2, 2]);
    const order = [...members[0]!.members];
    await Promise.all(members.map((one) => one.reform('after the restart')));
    expect(members[0]!.group.generation).toBe(3);
    expect(members[0]!.members).toEqual(order);
    expect(await sums(members)).toEqual([2, 2]);
  });

  it('goes on with numbers that grow when the coordinator has forgotten all', async () => {
    const first = await serve();
    const members = await Promise.all(['a', 'b'].map((name) => member(name, first.address, { world: 2 })));
    await Promise.all(members.map((one) => one.reform('once')));
    await first.close();
    await serve({}, first.port);
    await Promise.all(members.map((one) => one.reform('again')));
    expect(members[0]!.group.generation).toBeGreaterThan(2);
    expect(await sums(members)).toEqual([2, 2]);
  });
});

it('a process that is killed is left out at once; one that starts again is taken in', async () => {
  const { address } = await serve({ reformMs: 20_000 });
  const script = fileURLToPath(new URL('../../test/member-process.ts', import.meta.url));
  const seen: { memberId: string; generation: number; world: number }[] = [];
  const children = new Map<string, ChildProcess>();
  cleanups.push(() => children.forEach((child) => child.kill('SIGKILL')));
  const start = (name: string) => {
    const child = fork(script, [address, name], { execArgv: ['--import', 'tsx'] });
    child.on('message', (message) => seen.push(message as (typeof seen)[number]));
    children.set(name, child);
  };
  const until = async (names: string[], world: number) => {
    const latest = (name: string) => seen.filter(({ memberId }) => memberId === name).at(-1);
    const alike = () => {
      const all = names.map(latest);
      return all.every((one) => one?.world === world && one.generation === all[0]?.generation);
    };
    while (!alike()) await new Promise((resolve) => setTimeout(resolve, 20));
    return latest(names[0]!)!.generation;
  };
  for (const name of ['a', 'b', 'c']) start(name);
  const whole = await until(['a', 'b', 'c'], 3);
  children.get('b')!.kill('SIGKILL');
  const killedAt = performance.now();
  const left = await until(['a', 'c'], 2);
  expect(left).toBeGreaterThan(whole);
  expect(performance.now() - killedAt).toBeLessThan(8_000);
  start('b');
  expect(await until(['a', 'b', 'c'], 3)).toBeGreaterThan(left);
}, 120_000);
