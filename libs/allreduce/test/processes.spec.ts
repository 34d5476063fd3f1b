import { once } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import { joinRanks, startRanks, type RankProcess } from './processes.ts';

const running: RankProcess[] = [];
afterEach(async () => {
  for (const rank of running.splice(0)) await rank.end();
});

async function start(world: number, timeoutMs = 60_000): Promise<RankProcess[]> {
  const ranks = await startRanks(world, timeoutMs);
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
  const again = await joinRanks([zero, two], 2, 60_000);
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
  const [zero, one, two] = (await start(3, timeoutMs)) as [RankProcess, RankProcess, RankProcess];
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
