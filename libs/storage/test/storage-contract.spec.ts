import { crc32 } from '@node-rs/crc32';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBucket, openStorage, readUrl, type ObjectStorage } from '../src/index.ts';
import { S3_SKIP_REASON, startS3Server } from './s3-server.ts';

const s3 = await startS3Server();
const directory = await mkdtemp(join(tmpdir(), 'ovis-storage-'));

afterAll(async () => {
  await s3?.stop();
  await rm(directory, { recursive: true, force: true });
});

const backends = [
  { name: 'file://', skip: false, url: pathToFileURL(join(directory, 'root')).href },
  { name: `s3://${s3 ? '' : S3_SKIP_REASON}`, skip: !s3, url: 's3://contract/some/folder' },
];

/** Bytes whose value depends on their position, so that misplaced pieces show. */
function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * 7 + (i >> 16)) & 255);
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return new Uint8Array(Buffer.concat(parts));
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

async function keys(storage: ObjectStorage, prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of storage.list(prefix)) found.push(key);
  return found.sort(byBytes);
}

describe.each(backends)('the contract on $name', ({ skip, url }) => {
  const env = s3?.env ?? {};
  const storage = openStorage(url, env);
  beforeAll(async () => {
    if (skip) return;
    await ensureBucket(url, env);
    await ensureBucket(url, env); // a second time changes nothing
  });

  it.skipIf(skip)('reads back what was written: whole, streamed, in ranges', async () => {
    const bytes = pattern(700_001);
    const { etag } = await storage.put('a/big.bin', bytes);
    expect(await storage.head('a/big.bin')).toEqual({ size: bytes.length, etag });
    expect(Buffer.compare(await storage.get('a/big.bin'), bytes)).toBe(0);
    expect(Buffer.compare(await readUrl(`${storage.url}/a/big.bin`, env), bytes)).toBe(0);
    for (const start of [0, 1, 699_999, 700_001]) {
      const rest = await collect(await storage.stream('a/big.bin', { start }));
      expect(Buffer.compare(rest, bytes.subarray(start))).toBe(0);
    }
    expect(await storage.range('a/big.bin', 65_530, 65_540)).toEqual(bytes.slice(65_530, 65_540));
    expect(await storage.range('a/big.bin', 5, 5)).toEqual(new Uint8Array(0));
    expect((await storage.get('a/big.bin')).byteOffset).toBe(0);
  });

  it.skipIf(skip).each([0, 10, 33_000_003])('writes %i bytes from chunks', async (size) => {
    const bytes = pattern(size);
    async function* chunks(): AsyncGenerator<Uint8Array, void> {
      for (let at = 0; at < size; at += 1_000_003) yield bytes.subarray(at, at + 1_000_003);
    }
    const { etag } = await storage.putChunks('a/chunks.bin', chunks());
    expect(await storage.head('a/chunks.bin')).toEqual({ size, etag });
    expect(Buffer.compare(await storage.get('a/chunks.bin'), bytes)).toBe(0);
    await expect(storage.putChunks('a/chunks.bin', chunks(), { ifNoneMatch: true })).rejects.toMatchObject({
      code: 'PRECONDITION',
    });
  });

  it.skipIf(skip)('chunks that end with an error leave nothing, and the error is thrown on', async () => {
    async function* chunks(): AsyncGenerator<Uint8Array, void> {
      for (let i = 0; i < 3; i++) yield pattern(17_000_000);
      throw new RangeError('the source broke');
    }
    await expect(storage.putChunks('a/broken.bin', chunks())).rejects.toBeInstanceOf(RangeError);
    expect(await storage.head('a/broken.bin')).toBeUndefined();
    expect(await keys(storage, 'a/broken')).toEqual([]);
  });

  it.skipIf(skip).each([0, 10, 11_000_003])(
    'writes %i bytes from anywhere, parts side by side',
    async (size) => {
      const bytes = new Uint8Array(new SharedArrayBuffer(size));
      bytes.set(pattern(size));
      const source = {
        bytes: size,
        read: (begin: number, end: number) => bytes.subarray(begin, end),
        crc32: (begin: number, end: number) => crc32(bytes.subarray(begin, end)),
      };
      const o = { partBytes: 5 * 2 ** 20, parallel: 3 };
      const { etag } = await storage.putRanges('a/ranges.bin', source, o);
      expect(await storage.head('a/ranges.bin')).toEqual({ size, etag });
      expect(Buffer.compare(await storage.get('a/ranges.bin'), bytes)).toBe(0);
      await expect(
        storage.putRanges('a/ranges.bin', source, { ...o, ifNoneMatch: true }),
      ).rejects.toMatchObject({
        code: 'PRECONDITION',
      });
    },
  );

  it.skipIf(skip)('a write from anywhere that fails or is aborted leaves nothing', async () => {
    const bytes = pattern(11_000_003);
    const failing = {
      bytes: bytes.length,
      read: (begin: number, end: number) => {
        if (begin > 0) throw new RangeError('the source broke');
        return bytes.subarray(begin, end);
      },
    };
    const o = { partBytes: 5 * 2 ** 20 };
    await expect(storage.putRanges('a/failing.bin', failing, o)).rejects.toBeInstanceOf(RangeError);
    const stop = new AbortController();
    const stopping = {
      bytes: bytes.length,
      read: (begin: number, end: number) => {
        if (begin > 0) stop.abort(new RangeError('not wanted any more'));
        return bytes.subarray(begin, end);
      },
    };
    await expect(
      storage.putRanges('a/failing.bin', stopping, { ...o, signal: stop.signal }),
    ).rejects.toBeInstanceOf(RangeError);
    expect(await keys(storage, 'a/failing')).toEqual([]);
  });

  it.skipIf(skip)('reads straight into several arrays', async () => {
    const bytes = pattern(3_000_001);
    await storage.put('a/scattered.bin', bytes);
    const targets = [1_000_000, 0, 7, 1_999_000].map((length) =>
      new Uint8Array(length + 2).subarray(1, length + 1),
    );
    await storage.readInto('a/scattered.bin', 11, targets);
    expect(Buffer.compare(Buffer.concat(targets), bytes.subarray(11, 11 + 2_999_007))).toBe(0);
    // Nothing is written beside them.
    for (const { buffer } of targets) {
      const all = new Uint8Array(buffer);
      expect([all[0], all.at(-1)]).toEqual([0, 0]);
    }
    await storage.readInto('a/scattered.bin', 3_000_001, []);
    await expect(storage.readInto('a/scattered.bin', 2_999_999, [new Uint8Array(3)])).rejects.toMatchObject({
      code: 'TRUNCATED',
    });
    await expect(storage.readInto('a/nothing', 0, [new Uint8Array(3)])).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it.skipIf(skip)('lists when objects were written', async () => {
    await storage.put('times/x', 'x');
    for await (const { modifiedAt } of storage.list('times/')) {
      expect(Math.abs((modifiedAt ?? 0) - Date.now())).toBeLessThan(20_000);
    }
  });

  it.skipIf(skip)('reports ranges that the object does not have', async () => {
    await storage.put('short', 'four');
    await expect(storage.range('short', 2, 9)).rejects.toMatchObject({ code: 'TRUNCATED' });
    await expect(storage.range('short', 8, 9)).rejects.toMatchObject({ code: 'TRUNCATED' });
    await expect(storage.stream('short', { start: 5 })).rejects.toMatchObject({ code: 'TRUNCATED' });
  });

  it.skipIf(skip)('keeps empty objects and texts', async () => {
    await storage.put('empty', new Uint8Array(0));
    expect(await storage.get('empty')).toEqual(new Uint8Array(0));
    expect(await collect(await storage.stream('empty'))).toEqual(new Uint8Array(0));
    await storage.put('text', 'grün');
    expect(Buffer.from(await storage.get('text')).toString()).toBe('grün');
  });

  it.skipIf(skip)('says NOT_FOUND, with the place', async () => {
    const expected = { code: 'NOT_FOUND', url: `${storage.url}/nothing/here` };
    await expect(storage.get('nothing/here')).rejects.toMatchObject(expected);
    await expect(storage.stream('nothing/here')).rejects.toMatchObject(expected);
    await expect(storage.range('nothing/here', 0, 4)).rejects.toMatchObject(expected);
    expect(await storage.head('nothing/here')).toBeUndefined();
    await storage.delete('nothing/here');
  });

  it.skipIf(skip)('lists by prefix, and forgets what was deleted', async () => {
    const names = ['list/a/b', 'list/a-b', 'list/a', 'list/ab', 'list/é', 'list/z/1', 'listing'];
    const possible = storage.url.startsWith('file') ? names.filter((name) => name !== 'list/a') : names;
    for (const name of possible) await storage.put(name, name);
    const sorted = possible.filter((n) => n.startsWith('list/')).sort(byBytes);
    expect(await keys(storage, 'list/')).toEqual(sorted);
    expect(await keys(storage, 'list/a')).toEqual(sorted.filter((name) => name.startsWith('list/a')));
    expect(await keys(storage, 'list')).toEqual([...sorted, 'listing']);
    await storage.delete('list/ab');
    expect(await keys(storage, 'list/ab')).toEqual([]);
    expect(await keys(storage, 'no-such/')).toEqual([]);
  });

  it.skipIf(skip)('lets exactly one of many writers create an object', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 12 }, (_, i) => storage.put('race', `writer ${i}`, { ifNoneMatch: true })),
    );
    const won = results.flatMap((result, i) => (result.status === 'fulfilled' ? [i] : []));
    expect(won).toHaveLength(1);
    expect(Buffer.from(await storage.get('race')).toString()).toBe(`writer ${won[0]}`);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'PRECONDITION' });
    }
  });

  it.skipIf(skip)('replaces an object only in the version that was seen', async () => {
    const first = await storage.put('pointer', 'one');
    await storage.put('pointer', 'two', { ifMatch: first.etag });
    await expect(storage.put('pointer', 'three', { ifMatch: first.etag })).rejects.toMatchObject({
      code: 'PRECONDITION',
    });
    expect(Buffer.from(await storage.get('pointer')).toString()).toBe('two');
    const { etag } = (await storage.head('pointer')) ?? {};
    const results = await Promise.allSettled(
      Array.from({ length: 6 }, (_, i) => storage.put('pointer', `again ${i}`, { ifMatch: etag })),
    );
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  });
});

describe('file:// writes', () => {
  it('leaves nothing behind when a write fails', async () => {
    const storage = openStorage(pathToFileURL(join(directory, 'tidy')).href);
    await storage.put('folder/x', 'old');
    await expect(storage.put('folder/x', 'new', { ifNoneMatch: true })).rejects.toMatchObject({
      code: 'PRECONDITION',
    });
    // The target is a directory: the last step, the rename, fails.
    await expect(storage.put('folder', 'new')).rejects.toThrow();
    expect(await readdir(join(directory, 'tidy', 'folder'))).toEqual(['x']);
    expect(await readdir(join(directory, 'tidy'))).toEqual(['folder']);
  });

  it('names a full disk', async ({ skip }) => {
    // /dev/full refuses every write with "no space left on device".
    const { existsSync, symlinkSync } = await import('node:fs');
    if (!existsSync('/dev/full')) skip('this system has no /dev/full');
    const { fromFileError } = await import('../src/file-errors.ts');
    symlinkSync('/dev/full', join(directory, 'full'));
    const { writeFile } = await import('node:fs/promises');
    const error: unknown = await writeFile(join(directory, 'full'), 'x').catch((e: unknown) => e);
    expect(fromFileError(error, 'write', 'file:///full')).toMatchObject({
      code: 'DISK_FULL',
      hint: expect.stringContaining('free space'),
    });
  });
});

describe.skipIf(!s3)('S3 uploads in parts', () => {
  it('keeps the bytes and the preconditions', async () => {
    const storage = openStorage('s3://contract', s3?.env);
    await ensureBucket('s3://contract', s3?.env);
    const bytes = pattern(40 * 2 ** 20 + 3);
    await storage.put('parts', bytes, { ifNoneMatch: true });
    expect(Buffer.compare(await storage.get('parts'), bytes)).toBe(0);
    await expect(storage.put('parts', bytes, { ifNoneMatch: true })).rejects.toMatchObject({
      code: 'PRECONDITION',
    });
  });
});
