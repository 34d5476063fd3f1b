import { ensureBucket, openStorage } from '@ovis/storage';
import { startFaultyProxy } from '@ovis/storage/test/faulty-proxy';
import { S3_SKIP_REASON, startS3Server } from '@ovis/storage/test/s3-server';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CheckpointReader, loadCheckpoint, verifyCheckpoint, type BackgroundSave } from '../src/index.ts';
import { fakeGang, fakeState, prints } from './fake-gang.ts';

/** Numbers in [0, 1), the same ones for a seed (a linear congruential generator). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32;
}

const s3 = await startS3Server();
const directory = await mkdtemp(join(tmpdir(), 'ovis-async-'));
afterAll(async () => {
  await s3?.stop();
  await rm(directory, { recursive: true, force: true });
});

const backends = [
  { name: 'file://', skip: false, root: pathToFileURL(directory).href },
  { name: `s3://${s3 ? '' : S3_SKIP_REASON}`, skip: !s3, root: 's3://async/runs' },
];

describe.each(backends)('asynchronous checkpoints on $name', ({ skip, root }) => {
  const env = s3?.env ?? {};
  // The parts of an object on S3 have 5 MiB at least.
  const chunkBytes = root.startsWith('s3') ? 5 * 2 ** 20 : 65_536;
  let run = 0;
  const newUrl = (): string => `${root}/run${run++}/checkpoints`;
  beforeAll(() => (skip ? undefined : ensureBucket(root, env)));

  /** Fingerprints of all tensors. */
  const tensorsOf = async (url: string, id: string): Promise<Record<string, string>> => {
    const { parts, manifest, warnings } = await loadCheckpoint(openStorage(url, env), '', id);
    expect(warnings).toEqual([]);
    expect(await verifyCheckpoint(openStorage(url, env), '', manifest.id)).toEqual([]);
    return prints(
      Object.fromEntries(
        Object.values(parts).flatMap((part) => Object.entries(part).map(([name, { data }]) => [name, data])),
      ),
    );
  };

  it.skipIf(skip).each([
    [1, false],
    [2, false],
    [3, true],
  ])('%i ranks write what one reads (moments in pieces: %s)', async (world, sharded) => {
    const url = newUrl();
    const state = fakeState({ world, sharded });
    const saved: BackgroundSave[] = [];
    const gang = fakeGang({
      url,
      env,
      world,
      attempt: 'a1',
      state,
      options: { chunkBytes, maxFileBytes: 150_000, onSaved: (one) => void saved.push(one) },
    });
    await gang.save(100);
    await gang.drain();
    await gang.save(200);
    await gang.drain();
    await gang.close();
    expect(await tensorsOf(url, 'stage2-step000100')).toEqual(prints(state.valuesAt(100)));
    expect(await tensorsOf(url, 'latest')).toEqual(prints(state.valuesAt(200)));
    const reader = (await CheckpointReader.open(openStorage(url, env), '', 'stage2-step000200'))!;
    expect(reader.state).toMatchObject({ step: 200, world });
    expect(reader.state.cursors).toEqual(
      Array.from({ length: world }, (_, lane) => ({ lane, emitted: 200 })),
    );
    expect(reader.files['config.json']).toBeDefined();
    // What is not trained was written once.
    const { files, writtenBytes, bytes } = reader.manifest;
    const from = Object.entries(files).map(([name, { key }]) => `${name} ${key.split('/')[0]}`);
    expect(from).toContain('vit-frozen.safetensors stage2-step000100');
    expect(from).toContain('vit.safetensors stage2-step000200');
    expect(from).toContain('config.json stage2-step000100');
    expect(bytes - writtenBytes!).toBeGreaterThan(70_000 * 4);
    expect(saved.map(({ step, writtenBytes }) => [step, writtenBytes > 300_000])).toEqual([
      [100, true],
      [200, false],
    ]);
    // Everybody had about as much to do.
    const staging = gang.checkpointers.map(({ stagingBytes }) => stagingBytes);
    if (sharded) expect(Math.max(...staging) / Math.min(...staging)).toBeLessThan(3);
  });

  it.skipIf(skip)('refers to what a stage leaves alone, in the next stage and after a resume', async () => {
    const url = newUrl();
    const storage = openStorage(url, env);
    const written: number[] = [];
    const at = (attempt: string, stage: number, base?: CheckpointReader) =>
      fakeGang({
        url,
        env,
        world: 2,
        attempt,
        state: fakeState({ stage }),
        options: { base, chunkBytes, onSaved: ({ writtenBytes }) => void written.push(writtenBytes) },
      });
    const first = at('a1', 1);
    await first.save(100, { stage: 1 });
    await first.drain();
    await first.close();
    const base = await CheckpointReader.open(storage, '', 'stage1-step000100');
    const second = at('a2', 2, base);
    await second.save(50, { stage: 2 });
    await second.drain();
    await second.close();
    expect(written[1]).toBeLessThan(written[0]! / 2);
    expect(await tensorsOf(url, 'latest')).toEqual(prints(fakeState().valuesAt(50)));
    const third = at('a3', 3, await CheckpointReader.open(storage, '', 'stage2-step000050'));
    await third.save(10, { stage: 3 });
    await third.drain();
    await third.close();
    // Everything is trained now.
    const { manifest } = (await CheckpointReader.open(storage, '', 'stage3-step000010'))!;
    const tensorFiles = Object.values(manifest.parts).flat();
    expect(tensorFiles.filter((name) => !manifest.files[name]!.key.startsWith('stage3'))).toEqual([]);
    expect(await tensorsOf(url, 'latest')).toEqual(prints(fakeState({ stage: 3 }).valuesAt(10)));
    // Another run's files are never referred to.
    const elsewhere = newUrl();
    const copy = fakeGang({
      url: elsewhere,
      env,
      world: 1,
      attempt: 'a4',
      state: fakeState(),
      options: { base },
    });
    await copy.save(60);
    await copy.drain();
    await copy.close();
    expect(await tensorsOf(elsewhere, 'latest')).toEqual(prints(fakeState().valuesAt(60)));
  });

  it.skipIf(skip)('writes again what it referred to when that is gone', async () => {
    const url = newUrl();
    const storage = openStorage(url, env);
    const state = fakeState();
    const gang = fakeGang({ url, env, world: 2, attempt: 'a1', state });
    await gang.save(100);
    await gang.drain();
    const lost = async (id: string): Promise<void> => {
      const { manifest } = (await CheckpointReader.open(storage, '', id))!;
      for (const [name, { key }] of Object.entries(manifest.files))
        if (/frozen|llm|config/.test(name)) await storage.delete(key);
    };
    await gang.save(150);
    await gang.drain();
    await lost('stage2-step000100');
    await gang.save(200);
    await gang.drain();
    await gang.close();
    expect(await tensorsOf(url, 'latest')).toEqual(prints(state.valuesAt(200)));
    const base = await CheckpointReader.open(storage, '', 'stage2-step000200');
    const next = fakeGang({ url, env, world: 1, attempt: 'a2', state, options: { base } });
    await lost('stage2-step000200');
    await next.save(300);
    await next.drain();
    await next.close();
    expect(await tensorsOf(url, 'latest')).toEqual(prints(state.valuesAt(300)));
  });

  it.skipIf(skip)('says whether the one before is saved, and how long that was waited for', async () => {
    const url = newUrl();
    const state = fakeState();
    const common = { url, env, world: 2, attempt: 'a1', state };
    const first = fakeGang({ ...common, ranks: [0] });
    const second = fakeGang({ ...common, ranks: [1] });
    const zero = first.checkpointers[0]!;
    expect(await zero.settled(0)).toBe(true);
    // The share of rank 1 is not there yet.
    await first.save(100);
    expect(await zero.settled(60)).toBe(false);
    expect(await zero.settled(60)).toBe(false);
    await second.save(100);
    expect(await zero.settled(30_000)).toBe(true);
    const [[stall]] = await Promise.all([first.save(200), second.save(200)]);
    expect(stall!.waitMs).toBeGreaterThan(100);
    await Promise.all([first.drain(), second.drain()]);
    const [[next]] = await Promise.all([first.save(300), second.save(300)]);
    expect(next!.waitMs).toBeLessThan(50);
    await Promise.all([first.drain(), second.drain()]);
    await Promise.all([first.close(), second.close()]);
    expect(await tensorsOf(url, 'latest')).toEqual(prints(state.valuesAt(300)));
  });

  it.skipIf(skip)(
    'a rank that fails is named, nothing is visible, and the next checkpoint works',
    async () => {
      const url = newUrl();
      const state = fakeState();
      const failures: string[] = [];
      const onFailed = (error: unknown): void => void failures.push(String(error));
      const whole = fakeGang({ url, env, world: 2, attempt: 'a1', state, ranks: [0], options: { onFailed } });
      let broken = true;
      const read = state.valuesAt(0);
      const other = fakeGang({
        url,
        env,
        world: 2,
        attempt: 'a1',
        state: {
          ...state,
          // Its frozen share cannot be read the first time.
          valuesAt: (step) =>
            broken && step === 100 ? { ...read, 'llm.a': undefined! } : state.valuesAt(step),
        },
        ranks: [1],
        options: { onFailed },
      });
      await Promise.all([whole.save(100), other.save(100)]);
      await expect(whole.drain()).rejects.toMatchObject({
        code: 'INCOMPLETE',
        message: expect.stringContaining('rank 1 could not write its share'),
      });
      await expect(other.drain()).rejects.toThrow();
      expect(failures).toHaveLength(2);
      await Promise.all([...whole.checkpointers, ...other.checkpointers].map((one) => one.discard()));
      for await (const { key } of openStorage(url, env).list('')) expect(key).toBe('nothing is left');
      await expect(loadCheckpoint(openStorage(url, env), '', 'latest')).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
      broken = false;
      await Promise.all([whole.save(200), other.save(200)]);
      await Promise.all([whole.drain(), other.drain()]);
      await Promise.all([whole.close(), other.close()]);
      expect(await tensorsOf(url, 'latest')).toEqual(prints(state.valuesAt(200)));
    },
  );

  it.skipIf(skip)('a rank whose share does not come is named', async () => {
    const url = newUrl();
    const gang = fakeGang({
      url,
      env,
      world: 3,
      attempt: 'a1',
      state: fakeState(),
      ranks: [0, 2],
      options: { patienceMs: 1500 },
    });
    await gang.save(100);
    await expect(gang.drain()).rejects.toMatchObject({
      code: 'INCOMPLETE',
      message: expect.stringContaining('the share of rank 1 did not come within 2 s'),
    });
    await gang.close();
    await expect(loadCheckpoint(openStorage(url, env), '', 'latest')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it.skipIf(skip)(
    'ranks that end in the middle of a save, in any order, leave it whole or nothing of it',
    async () => {
      const url = newUrl();
      const storage = openStorage(url, env);
      const random = randomNumbers(7);
      let whole = 0;
      const tries = 40;
      for (let i = 0; i < tries; i++) {
        const gang = fakeGang({ url, env, world: 2, attempt: `a${i}`, state: fakeState({ stage: 3 }) });
        await gang.save(100 + i, { stage: 3 });
        const duration = i === 0 ? 0 : i % 4 === 3 ? 200 : 25;
        if (i === tries - 1) await gang.drain();
        const ends = gang.checkpointers.map(async (checkpointer) => {
          await new Promise((resolve) => setTimeout(resolve, duration * random()));
          await checkpointer.close();
        });
        await Promise.all(ends);
        const id = `stage3-step000${100 + i}`;
        const left: string[] = [];
        for await (const { key } of storage.list(`${id}/`)) left.push(key);
        if (left.length === 0) continue;
        whole++;
        expect(left).toContain(`${id}/manifest.json`);
        expect(await verifyCheckpoint(storage, '', id)).toEqual([]);
        expect(left.filter((key) => key.includes('/rank-'))).toEqual([]);
      }
      // Both were seen.
      expect(whole).toBeGreaterThan(0);
      expect(whole).toBeLessThan(tries);
    },
  );

  it.skipIf(skip)('a writer that was left behind does not replace a later generation', async () => {
    const url = newUrl();
    const state = fakeState();
    const gangOf = (attempt: string, generation: number) =>
      fakeGang({ url, env, world: 1, attempt, state, options: { writer: { gang: 'g', generation } } });
    const [old, now] = [gangOf('a1', 1), gangOf('a2', 2)];
    await now.save(100);
    await now.drain();
    await old.save(100);
    await expect(old.drain()).rejects.toMatchObject({ code: 'EXISTS' });
    await now.save(100);
    await now.drain();
    await Promise.all([old.close(), now.close()]);
    expect(await tensorsOf(url, 'latest')).toEqual(prints(state.valuesAt(100)));
  });
});

describe('training goes on', () => {
  beforeAll(() => (s3 ? ensureBucket('s3://async', s3.env) : undefined));

  it.skipIf(!s3)(
    `while a slow storage is written to, and its values do not get into the snapshot`,
    async () => {
      const proxy = await startFaultyProxy(s3!.endpoint);
      const env = { ...s3!.env, AWS_ENDPOINT_URL: proxy.url };
      const url = 's3://async/slow/checkpoints';
      const state = fakeState({ stage: 3 });
      const live = state.valuesAt(100);
      const gang = fakeGang({ url, env, world: 1, attempt: 'a1', state: { ...state, valuesAt: () => live } });
      const [checkpointer] = gang.checkpointers;
      proxy.uploadBytesPerS = 800_000;
      const began = performance.now();
      const [stall] = await gang.save(100, { stage: 3 });
      const went = performance.now() - began;
      // The next steps change everything.
      for (const values of Object.values(live)) values.fill(-7);
      let steps = 0;
      const training = setInterval(() => steps++, 10);
      const saved = await checkpointer!.drain();
      clearInterval(training);
      expect(saved!.totalMs).toBeGreaterThan(1000);
      expect(went).toBeLessThan(saved!.totalMs / 4);
      expect(steps).toBeGreaterThan(saved!.totalMs / 100);
      expect(stall!.snapshotMs).toBeLessThanOrEqual(went);
      const { parts } = await loadCheckpoint(openStorage(url, s3!.env), '', 'latest');
      const data = Object.values(parts).flatMap((part) => Object.entries(part).map(([n, t]) => [n, t.data]));
      expect(prints(Object.fromEntries(data))).toEqual(prints(state.valuesAt(100)));
      // One at most is behind: the second waits for the first, and says so.
      await gang.save(200, { stage: 3 });
      const [second] = await gang.save(300, { stage: 3 });
      expect(second!.waitMs).toBeGreaterThan(500);
      await gang.drain();
      await gang.close();
      await proxy.close();
    },
  );

  it.skipIf(!s3)('while the storage is away, and the checkpoint is saved when it comes back', async () => {
    const proxy = await startFaultyProxy(s3!.endpoint);
    const env = { ...s3!.env, AWS_ENDPOINT_URL: proxy.url, OVIS_S3_SOCKET_TIMEOUT_MS: '1000' };
    const url = 's3://async/away/checkpoints';
    const warnings: string[] = [];
    const state = fakeState();
    const gang = fakeGang({
      url,
      env,
      world: 2,
      attempt: 'a1',
      state,
      options: { patienceMs: 60_000, onWarning: (text) => warnings.push(text) },
    });
    proxy.away = true;
    await gang.save(100);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    proxy.away = false;
    await gang.drain();
    expect(warnings).toContainEqual(
      expect.stringMatching(/stage2-step000100.*does not answer.*trying again/),
    );
    const { parts } = await loadCheckpoint(openStorage(url, s3!.env), '', 'latest');
    const data = Object.values(parts).flatMap((part) => Object.entries(part).map(([n, t]) => [n, t.data]));
    expect(prints(Object.fromEntries(data))).toEqual(prints(state.valuesAt(100)));
    await gang.close();
    await proxy.close();
  });

  it('after a checkpoint that could not be written', async () => {
    const url = `${pathToFileURL(directory).href}/blocked/checkpoints`;
    const storage = openStorage(url);
    const failed: string[] = [];
    const state = fakeState();
    const gang = fakeGang({
      url,
      world: 1,
      attempt: 'a1',
      state,
      options: { onFailed: (error, id) => failed.push(`${id}: ${(error as Error).message}`) },
    });
    // A file is where the folder should be.
    await storage.put('stage2-step000100', 'x');
    await gang.save(100);
    await gang.save(200);
    await gang.drain();
    await gang.close();
    expect(failed).toEqual([expect.stringMatching(/^stage2-step000100: cannot write file:.*step000100/)]);
    expect((await loadCheckpoint(storage, '', 'latest')).manifest.step).toBe(200);
  });
});
