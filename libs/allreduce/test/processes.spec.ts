import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { joinRanks, startRanks, type Limits, type RankProcess } from './processes.ts';

const running: RankProcess[] = [];
afterEach(async () => {
  for (const rank of running.splice(0)) await rank.end();
});

async function start(world: number, o: Partial<Limits> = {}): Promise<RankProcess[]> {
  const ranks = await startRanks(world, { timeoutMs: 60_000, ...o });
  running.push(...ranks);
  return ranks;
}

const forever = { run: 'sum', length: 300_000, times: 1_000_000 };

it.each([2, 3])('%i processes sum, and end by themselves after close', async (world) => {
  const ranks = await start(world);
  const answers = await Promise.all(
    ranks.map((rank) => rank.ask({ run: 'sum', length: 1_000_003, times: 3 })),
  );
  const sum = (world * (world + 1)) / 2;
  for (const { result } of answers) expect(result).toMatchObject({ first: sum, last: sum });
  const exits = ranks.map((rank) => once(rank.child, 'exit'));
  for (const rank of ranks) rank.child.send({ run: 'close' });
  for (const exit of exits) expect(await exit).toEqual([0, null]);
});

it('a killed process is named by every other within 2 s; the survivors form the next generation', async () => {
  const ranks = await start(3);
  const [zero, one, two] = ranks as [RankProcess, RankProcess, RankProcess];
  const answers = [zero, two].map((rank) => rank.ask(forever));
  void one.ask(forever).catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 300));
  const killedAt = performance.now();
  one.child.kill('SIGKILL');
  for (const { error, at } of await Promise.all(answers)) {
    expect(error).toMatchObject({ name: 'PeerLostError', code: 'PEER_LOST', rank: 1, reason: 'closed' });
    expect(error).toMatchObject({ address: one.address, collective: 'allReduce' });
    expect(at - killedAt).toBeLessThan(2_000);
  }
  const later = await zero.ask({ run: 'sum', length: 1, times: 1 });
  expect(later.error).toMatchObject({ code: 'PEER_LOST', rank: 1 });
  const again = await joinRanks([zero, two], 2, { timeoutMs: 60_000 });
  expect(again.map(({ result }) => result)).toEqual(['joined', 'joined']);
  const sums = await Promise.all(
    [zero, two].map((rank) => rank.ask({ run: 'sum', length: 10_001, times: 2 })),
  );
  for (const { result } of sums) expect(result).toMatchObject({ first: 3, last: 3 });
});

it('a process killed between collectives is found before the next one sends anything', async () => {
  const [zero, one] = (await start(2)) as [RankProcess, RankProcess];
  await one.end();
  await new Promise((resolve) => setTimeout(resolve, 100));
  const { error } = await zero.ask({ run: 'sum', length: 10, times: 1 });
  expect(error).toMatchObject({ code: 'PEER_LOST', rank: 1, bytesReceived: 0 });
});

it('a stopped process is named by every other after the timeout, and learns of it when it goes on', async () => {
  const timeoutMs = 800;
  const [zero, one, two] = (await start(3, { timeoutMs })) as [RankProcess, RankProcess, RankProcess];
  const answers = [zero, two].map((rank) => rank.ask(forever));
  const stopped = one.ask(forever);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const stoppedAt = performance.now();
  one.child.kill('SIGSTOP');
  for (const { error, at } of await Promise.all(answers)) {
    expect(error).toMatchObject({ code: 'PEER_LOST', rank: 1, reason: 'stalled' });
    expect(error?.message).toContain(`made no progress for ${timeoutMs} ms`);
    expect(at - stoppedAt).toBeGreaterThan(timeoutMs * 0.8);
    expect(at - stoppedAt).toBeLessThan(timeoutMs * 2 + 1_500);
  }
  one.child.kill('SIGCONT');
  const { error } = await stopped;
  expect(['GROUP_ABORTED', 'PEER_LOST']).toContain(error?.code);
});

it('a stopped process is named without any collective, too, when nothing is heard of it', async () => {
  const livenessMs = 1_200;
  const ranks = (await start(3, { livenessMs })) as [RankProcess, RankProcess, RankProcess];
  const [zero, one, two] = ranks;
  await Promise.all(ranks.map((rank) => rank.ask({ run: 'sum', length: 10, times: 1 })));
  one.child.kill('SIGSTOP');
  const stoppedAt = performance.now();
  // Rank 2 waits in a collective, rank 0 does nothing.
  const { error, at } = await two.ask({ run: 'sum', length: 10, times: 1 });
  expect(error).toMatchObject({ code: 'PEER_LOST', rank: 1, reason: 'silent' });
  expect(error?.message).toContain(`nothing was heard of it for ${livenessMs} ms`);
  expect(at - stoppedAt).toBeLessThan(livenessMs * 1.5 + 1_500);
  expect((await zero.ask({ run: 'sum', length: 10, times: 1 })).error).toMatchObject({
    code: 'PEER_LOST',
    rank: 1,
  });
  one.child.kill('SIGCONT');
});

it('a process that is killed while it reduces shared memory is named, and leaves none behind', async () => {
  const ranks = (await start(3)) as [RankProcess, RankProcess, RankProcess];
  const [zero, one, two] = ranks;
  const shared = await Promise.all(ranks.map((rank) => rank.ask({ run: 'share', bytes: 4_000_000 })));
  expect(shared.map(({ result }) => result)).toEqual([true, true, true]);
  const answers = [zero, two].map((rank) => rank.ask(forever));
  void one.ask(forever).catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 300));
  const killedAt = performance.now();
  one.child.kill('SIGKILL');
  for (const { error, at } of await Promise.all(answers)) {
    expect(error).toMatchObject({ code: 'PEER_LOST', rank: 1, reason: 'closed' });
    expect(at - killedAt).toBeLessThan(2_000);
  }
  const names = readdirSync('/dev/shm').filter((name) => name.startsWith('ovis-'));
  expect(names.filter((name) => ranks.some(({ child }) => name.startsWith(`ovis-${child.pid}-`)))).toEqual(
    [],
  );
});
