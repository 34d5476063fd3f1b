import { openStorage } from '@ovis/storage';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSamples } from '../test/sources.ts';
import type { Sample } from './group-samples.ts';
import { LaneGroup, lanesOf } from './lane-group.ts';
import { LaneReader, type LaneCursor, type LaneOptions } from './lane-reader.ts';
import { generator } from './random.ts';
import { writeShards } from './write-shards.ts';

const COUNT = 103;
let directory: string;
let shards: string[];
let base: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ovis-lanes-'));
  base = pathToFileURL(directory).href;
  ({ shards } = await writeShards(makeSamples(COUNT), {
    storage: openStorage(base),
    prefix: 'train-',
    shards: 8,
  }));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const options = (o: Partial<LaneOptions> = {}): LaneOptions => ({
  shards,
  lane: 0,
  lanes: 4,
  seed: 17,
  shuffleBuffer: 6,
  ...o,
});

async function take(reader: { next(): Promise<Sample> }, count: number): Promise<string[]> {
  const keys: string[] = [];
  for (let i = 0; i < count; i++) keys.push((await reader.next()).key);
  return keys;
}

describe('a lane', () => {
  it('gives every sample of its shards once per epoch, in another order each time', async () => {
    const reader = new LaneReader(options({ lanes: 1 }));
    const all = makeSamples(COUNT).map((sample) => sample.key);
    const epochs = [await take(reader, COUNT), await take(reader, COUNT), await take(reader, COUNT)];
    reader.close();
    for (const epoch of epochs) expect([...epoch].sort()).toEqual(all);
    expect(new Set(epochs.map((epoch) => epoch.join())).size).toBe(3);
    expect(epochs[0]).not.toEqual(all);
  });

  it('depends on seed and lane, and on nothing else', async () => {
    const first = await take(new LaneReader(options()), 40);
    expect(await take(new LaneReader(options()), 40)).toEqual(first);
    expect(await take(new LaneReader(options({ seed: 18 })), 40)).not.toEqual(first);
    expect(await take(new LaneReader(options({ lane: 1 })), 40)).not.toEqual(first);
  });

  it('keeps the order of the files without a shuffle buffer', async () => {
    const reader = new LaneReader(options({ shuffleBuffer: 0 }));
    const indexes: number[] = [];
    for (let i = 0; i < 12; i++) indexes.push((await reader.next()).index);
    expect(indexes).toEqual(Array.from({ length: 12 }, (_, i) => i));
    reader.close();
  });

  it('serves overlapping calls in order', async () => {
    const reader = new LaneReader(options());
    const together = await Promise.all(Array.from({ length: 30 }, () => reader.next()));
    expect(together.map((sample) => sample.key)).toEqual(await take(new LaneReader(options()), 30));
    reader.close();
  });

  it.each([0, 1, 6, 1000])(
    'resumes exactly, anywhere, with a shuffle buffer of %i',
    async (shuffleBuffer) => {
      const o = options({ lane: 2, shuffleBuffer });
      const total = 90; // more than three epochs of this lane
      const reader = new LaneReader(o);
      const keys: string[] = [];
      const cursors: LaneCursor[] = [reader.cursor()];
      for (let i = 0; i < total; i++) {
        keys.push((await reader.next()).key);
        cursors.push(reader.cursor());
      }
      reader.close();
      expect(reader.epoch).toBeGreaterThanOrEqual(2);
      const random = generator(shuffleBuffer + 1);
      const points = [0, 1, total - 1, ...Array.from({ length: 12 }, () => random() % total)];
      for (const point of points) {
        // As it comes back from a checkpoint.
        const cursor = JSON.parse(JSON.stringify(cursors[point])) as LaneCursor;
        expect(cursor.samples).toBe(point);
        const again = await LaneReader.resume(o, cursor);
        expect(await take(again, total - point)).toEqual(keys.slice(point));
        again.close();
      }
    },
  );

  it('refuses a cursor of other data or settings', async () => {
    const reader = new LaneReader(options());
    await take(reader, 9);
    const cursor = reader.cursor();
    reader.close();
    for (const other of [
      { seed: 1 },
      { lanes: 2 },
      { lane: 1 },
      { shuffleBuffer: 7 },
      { shards: shards.slice(1) },
    ]) {
      await expect(LaneReader.resume(options(other), cursor)).rejects.toMatchObject({
        code: 'CURSOR_MISMATCH',
      });
    }
    await expect(LaneReader.resume(options(), { ...cursor, firstKey: 'set-x' })).rejects.toMatchObject({
      code: 'CURSOR_MISMATCH',
    });
  });

  it('needs a shard of its own', () => {
    expect(() => new LaneReader(options({ lanes: 9 }))).toThrow(
      expect.objectContaining({ code: 'TOO_FEW_SHARDS', hint: expect.stringContaining('at least 9 shards') }),
    );
  });

  it('reports a shard that is missing, truncated or empty, by its name', async () => {
    const storage = openStorage(base);
    await storage.put('bad/x-000000.tar', (await storage.get('train-000000.tar')).subarray(0, 4_000));
    await storage.put('bad/x-000001.tar', new Uint8Array(1024));
    const lane = (name: string): LaneReader =>
      new LaneReader(options({ shards: [`${base}/${name}`], lanes: 1 }));
    await expect(lane('bad/nowhere-000000.tar').next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(take(lane('bad/x-000000.tar'), 50)).rejects.toMatchObject({
      code: 'TRUNCATED_SHARD',
      shard: `${base}/bad/x-000000.tar`,
      offset: 4_000,
    });
    await expect(lane('bad/x-000001.tar').next()).rejects.toMatchObject({ code: 'EMPTY_LANE' });
  });
});

describe('the global batch', () => {
  async function steps(
    world: number,
    count: number,
    cursors?: LaneCursor[],
  ): Promise<{ keys: string[][]; cursors: LaneCursor[] }> {
    const ranks = await Promise.all(
      Array.from({ length: world }, (_, rank) => LaneGroup.open({ ...options(), rank, world, cursors })),
    );
    const keys: string[][] = [];
    for (let step = 0; step < count; step++) {
      const shares = await Promise.all(ranks.map((rank) => rank.nextBatch(8)));
      for (const share of shares) expect(share).toHaveLength(8 / world);
      keys.push(
        shares
          .flat()
          .map((sample) => sample.key)
          .sort(),
      );
    }
    for (const rank of ranks) rank.close();
    return { keys, cursors: ranks.flatMap((rank) => rank.cursors()) };
  }

  it('holds the same samples for 1, 2 and 4 trainers, over epochs', async () => {
    const [one, two, four] = [await steps(1, 40), await steps(2, 40), await steps(4, 40)];
    expect(two.keys).toEqual(one.keys);
    expect(four.keys).toEqual(one.keys);
    expect(new Set(one.keys[0]).size).toBe(8);
  });

  it('goes on the same when the number of trainers changes at a checkpoint', async () => {
    const whole = await steps(1, 30);
    const before = await steps(4, 13);
    const between = await steps(1, 9, before.cursors);
    const after = await steps(2, 8, between.cursors);
    expect([...before.keys, ...between.keys, ...after.keys]).toEqual(whole.keys);
  });

  it('refuses what cannot be shared out', async () => {
    expect(lanesOf(1, 2, 4)).toEqual([1, 3]);
    expect(() => lanesOf(0, 3, 4)).toThrow(expect.objectContaining({ code: 'BAD_BATCH' }));
    const group = await LaneGroup.open({ ...options(), rank: 0, world: 1 });
    await expect(group.nextBatch(6)).rejects.toMatchObject({ code: 'BAD_BATCH' });
    group.close();
    await expect(LaneGroup.open({ ...options(), rank: 0, world: 1, cursors: [] })).rejects.toMatchObject({
      code: 'CURSOR_MISMATCH',
    });
  });
});
