import { ensureBucket, openStorage } from '@ovis/storage';
import { S3_SKIP_REASON, startS3Server } from '@ovis/storage/test/s3-server';
import { startWatchingProxy, type WatchingProxy } from '@ovis/storage/test/watching-proxy';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyRetention, listCheckpoints, loadCheckpoint, verifyCheckpoint } from '../src/index.ts';
import { fakeGang, fakeState, prints } from './fake-gang.ts';

const s3 = await startS3Server();
afterAll(() => s3?.stop());

/*
 * Ranks die by SIGKILL in every phase of a save: just when they send a request that the proxy has been told of. What is visible
 * afterwards is whole, and the next generation goes on.
 */
describe.skipIf(!s3)(`ranks that are killed while they save${s3 ? '' : S3_SKIP_REASON}`, () => {
  let proxy: WatchingProxy;
  let runs = 0;
  beforeAll(async () => {
    await ensureBucket('s3://killed', s3!.env);
    proxy = await startWatchingProxy(s3!.endpoint);
  });
  afterAll(() => proxy?.close());

  /** Saves step 200 with some ranks as processes, each of which dies when it sends what its pattern fits. */
  async function saveAndDie(url: string, world: number, deaths: Record<number, RegExp>): Promise<void> {
    const env = { ...s3!.env, AWS_ENDPOINT_URL: proxy.url };
    const alive = Array.from({ length: world }, (_, rank) => rank).filter((rank) => !deaths[rank]);
    const gang = fakeGang({
      url,
      env: s3!.env,
      world,
      ranks: alive,
      attempt: 'dying',
      state: fakeState(),
      options: { patienceMs: 4_000 },
    });
    const children = Object.entries(deaths).map(([rank, pattern]) => {
      const script = fileURLToPath(new URL('./gang-child.ts', import.meta.url));
      const args = ['--import', 'tsx', script, url, String(world), rank, 'dying', '200'];
      const child = spawn(process.execPath, args, {
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const gone = new Promise<string | null>((resolve) =>
        child.once('exit', (_, signal) => resolve(signal)),
      );
      return { child, pattern, gone };
    });
    proxy.onRequest = async (line) => {
      const hit = children.find(({ pattern }) => pattern.test(line));
      if (hit === undefined) return true;
      hit.child.kill('SIGKILL');
      await hit.gone;
      return false;
    };
    await gang.save(200);
    const ended = await Promise.allSettled(gang.checkpointers.map((one) => one.drain()));
    expect(await Promise.all(children.map(({ gone }) => gone))).toEqual(children.map(() => 'SIGKILL'));
    // Rank 0 says so; whoever wrote its share has done what it could.
    if (alive.includes(0)) expect(ended[0]?.status).toBe('rejected');
    await gang.close();
    proxy.onRequest = () => true;
  }

  it.each([
    ['a rank of 2 with its first file', 2, { 1: /PUT .*safetensors/ }, 100],
    ['a rank of 2 with its share', 2, { 1: /PUT .*rank-0001\.json/ }, 100],
    ['rank 0 of 2 with its first file', 2, { 0: /PUT .*safetensors/ }, 100],
    ['rank 0 of 2 with a small file', 2, { 0: /PUT .*config\.json/ }, 100],
    ['rank 0 of 2 while it waits for the others', 2, { 0: /GET .*rank-0001\.json/ }, 100],
    ['rank 0 of 2 with the state', 2, { 0: /PUT .*state\.json/ }, 100],
    ['rank 0 of 2 with the manifest', 2, { 0: /PUT .*manifest\.json/ }, 100],
    ['rank 0 of 2 with the pointer', 2, { 0: /PUT .*latest\.json/ }, 200],
    ['two ranks of 3', 3, { 1: /PUT .*rank-0001\.json/, 2: /PUT .*safetensors/ }, 100],
    [
      'all 3 ranks',
      3,
      { 0: /GET .*rank-0002\.json/, 1: /PUT .*rank-0001\.json/, 2: /PUT .*rank-0002\.json/ },
      100,
    ],
  ] as [string, number, Record<number, RegExp>, number][])('%s', async (_, world, deaths, visible) => {
    const url = `s3://killed/run${runs++}/checkpoints`;
    const storage = openStorage(url, s3!.env);
    const state = fakeState();
    const first = fakeGang({ url, env: s3!.env, world, attempt: 'g1', state });
    await first.save(100);
    await first.drain();
    await first.close();
    // All 3: rank 0 never comes to its manifest, since the shares of the others do not come.
    if (Object.keys(deaths).length === world) deaths = { ...deaths, 0: /GET .*rank-0001\.json/ };
    await saveAndDie(url, world, deaths);
    const whole = async (step: number, attempts: string[]): Promise<void> => {
      const { manifest, parts, warnings } = await loadCheckpoint(storage, '', 'latest');
      expect(manifest.step).toBe(step);
      expect(attempts).toContain(manifest.attempt);
      expect(warnings).toEqual([]);
      expect(await verifyCheckpoint(storage, '', manifest.id)).toEqual([]);
      const data = Object.values(parts).flatMap((part) => Object.entries(part).map(([n, t]) => [n, t.data]));
      expect(prints(Object.fromEntries(data))).toEqual(prints(state.valuesAt(step)));
    };
    await whole(visible, ['g1', 'dying']);
    // The next generation comes by the same step, alone.
    const next = fakeGang({ url, env: s3!.env, world: 1, attempt: 'g2', state });
    await next.save(200);
    await next.drain();
    await next.close();
    await whole(200, ['g2']);
    const { files } = await applyRetention(storage, '', {}, { orphanMs: 0, graceMs: 0 });
    if (visible === 100) expect(files).toBeGreaterThanOrEqual(0);
    const left: string[] = [];
    for await (const { key } of storage.list('')) left.push(key);
    expect(left.filter((key) => key.includes('/dying/'))).toEqual([]);
    await whole(200, ['g2']);
    expect((await listCheckpoints(storage, '')).map(({ step }) => step)).toEqual([100, 200]);
  });
});
