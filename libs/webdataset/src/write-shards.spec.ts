import { openStorage, type ObjectStorage } from '@ovis/storage';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collect, makeSamples } from '../test/sources.ts';
import { readShard } from './read-shard.ts';
import { loadShardIndex } from './shard-index.ts';
import { writeShards } from './write-shards.ts';

let directory: string;
let storage: ObjectStorage;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ovis-shards-'));
  storage = openStorage(pathToFileURL(directory).href);
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function keysOf(url: string): Promise<string[]> {
  return (
    await collect(readShard(url, { index: loadShardIndex(url.replace(/\d+\.tar$/, 'index.json')) }).batches)
  )
    .flat()
    .map((sample) => sample.key);
}

describe('writeShards', () => {
  it('fills one shard after the other, and lists them in an index', async () => {
    const written = await writeShards(makeSamples(25), { storage, prefix: 'd/train-', samplesPerShard: 10 });
    expect(written.shards.map((url) => url.slice(storage.url.length))).toEqual(
      [0, 1, 2].map((i) => `/d/train-00000${i}.tar`),
    );
    expect(written.samples).toBe(25);
    const keys = await Promise.all(written.shards.map(keysOf));
    expect(keys.map((shard) => shard.length)).toEqual([10, 10, 5]);
    expect(keys.flat()).toEqual(makeSamples(25).map((sample) => sample.key));
    const index = await loadShardIndex(written.indexUrl);
    expect(index?.shards.map((shard) => [shard.name, shard.samples])).toEqual([
      ['train-000000.tar', 10],
      ['train-000001.tar', 10],
      ['train-000002.tar', 5],
    ]);
    expect(index?.shards.reduce((sum, shard) => sum + shard.bytes, 0)).toBe(written.bytes);
  });

  it('deals samples out to a number of shards', async () => {
    const written = await writeShards(makeSamples(10), { storage, prefix: 'x-', shards: 4 });
    expect((await Promise.all(written.shards.map(keysOf))).map((keys) => keys.length)).toEqual([3, 3, 2, 2]);
  });

  it('writes the same bytes again', async () => {
    const one = await writeShards(makeSamples(8), { storage, prefix: 'a/t-', shards: 2 });
    const two = await writeShards(makeSamples(8), { storage, prefix: 'b/t-', shards: 2 });
    expect(await loadShardIndex(one.indexUrl)).toEqual(await loadShardIndex(two.indexUrl));
  });

  it.each([
    [[{ key: 'a.b', files: { png: 'x' } }], /'a\.b'/],
    [[{ key: 'a', files: { PNG: 'x' } }], /'PNG'/],
    [[{ key: 'a', files: {} }], /no files/],
    [[...makeSamples(1), ...makeSamples(1)], /used twice/],
  ])('refuses samples that would not be read back', async (samples, message) => {
    await expect(writeShards(samples, { storage, prefix: 't-', shards: 1 })).rejects.toMatchObject({
      code: 'BAD_SAMPLE',
      message: expect.stringMatching(message),
    });
  });

  it('a shard that was changed after it was written is found', async () => {
    const { shards } = await writeShards(makeSamples(5), { storage, prefix: 't-', shards: 1 });
    const good = await storage.get('t-000000.tar');
    const changed = good.slice();
    changed[700] = (changed[700] ?? 0) ^ 4; // inside the data of the first file
    await storage.put('t-000000.tar', changed);
    await expect(keysOf(shards[0] ?? '')).rejects.toMatchObject({ code: 'CORRUPT_SHARD' });
    await storage.put('t-000000.tar', good.slice(0, good.length - 2000));
    await expect(keysOf(shards[0] ?? '')).rejects.toMatchObject({
      code: 'TRUNCATED_SHARD',
      shard: shards[0],
      offset: good.length - 2000,
    });
    await storage.put('t-000000.tar', good);
    expect(await keysOf(shards[0] ?? '')).toHaveLength(5);
  });
});
