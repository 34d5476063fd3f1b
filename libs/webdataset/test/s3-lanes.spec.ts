import { ensureBucket, openStorage } from '@ovis/storage';
import { startFaultyProxy } from '@ovis/storage/test/faulty-proxy';
import { S3_SKIP_REASON, startS3Server } from '@ovis/storage/test/s3-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LaneReader, writeShards, type LaneOptions } from '../src/index.ts';
import { randomBytes } from './sources.ts';

const s3 = await startS3Server();
afterAll(() => s3?.stop());

const COUNT = 120;
const noBytes = new Uint8Array(0);
const samples = Array.from({ length: COUNT }, (_, i) => ({
  key: `k${i}`,
  files: { png: randomBytes(20_000, i), json: `{"i":${i}}` },
}));

describe.skipIf(!s3)(`lanes on S3${s3 ? '' : S3_SKIP_REASON}`, () => {
  let options: LaneOptions;
  beforeAll(async () => {
    await ensureBucket('s3://lanes', s3?.env);
    const storage = openStorage('s3://lanes/data', s3?.env);
    const { shards } = await writeShards(samples, { storage, prefix: 'train-', shards: 3 });
    options = { shards, lane: 0, lanes: 1, seed: 5, shuffleBuffer: 16, storageEnv: s3?.env };
  });

  async function read(reader: LaneReader, count: number): Promise<string[]> {
    const keys: string[] = [];
    for (let i = 0; i < count; i++) {
      const { key, files } = await reader.next();
      expect(Buffer.compare(files.png ?? noBytes, samples[Number(key.slice(1))]?.files.png ?? noBytes)).toBe(
        0,
      );
      expect(files.png?.length).toBe(20_000);
      keys.push(key);
    }
    return keys;
  }

  it('streams every byte, also over connections that break, and resumes in the middle of a shard', async () => {
    const reader = new LaneReader(options);
    const keys = await read(reader, COUNT + 30);
    reader.close();
    expect(new Set(keys.slice(0, COUNT)).size).toBe(COUNT);

    const proxy = await startFaultyProxy(s3?.endpoint ?? '');
    const broken = { ...options, storageEnv: { ...s3?.env, AWS_ENDPOINT_URL: proxy.url } };
    proxy.fault = { kind: 'cut', afterBytes: 300_000, times: 1000 };
    const first = new LaneReader(broken);
    expect(await read(first, 77)).toEqual(keys.slice(0, 77));
    const cursor = first.cursor();
    first.close();
    expect(cursor.offset).toBeGreaterThan(0);
    const second = await LaneReader.resume(broken, cursor);
    expect(await read(second, COUNT + 30 - 77)).toEqual(keys.slice(77));
    second.close();
    expect(proxy.broken).toBeGreaterThan(2);
    await proxy.close();
  });

  it('passes on what is wrong with the place', async () => {
    const shards = ['s3://no-such-bucket/train-000000.tar'];
    await expect(new LaneReader({ ...options, shards }).next()).rejects.toMatchObject({ code: 'NO_BUCKET' });
  });
});
