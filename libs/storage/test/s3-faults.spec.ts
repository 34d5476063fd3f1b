import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ensureBucket, openStorage } from '../src/index.ts';
import { startFaultyProxy, type FaultyProxy } from './faulty-proxy.ts';
import { S3_SKIP_REASON, startS3Server } from './s3-server.ts';

const s3 = await startS3Server();
afterAll(() => s3?.stop());

const MB = 2 ** 20;
const bytes = Uint8Array.from({ length: 4 * MB }, (_, i) => (i * 17 + (i >> 10)) & 255);

describe.skipIf(!s3)(`S3 faults${s3 ? '' : S3_SKIP_REASON}`, () => {
  let proxy: FaultyProxy;
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    await ensureBucket('s3://faults', s3?.env);
    await openStorage('s3://faults', s3?.env).put('x.bin', bytes);
    proxy = await startFaultyProxy(s3?.endpoint ?? '');
    env = { ...s3?.env, AWS_ENDPOINT_URL: proxy.url, OVIS_S3_SOCKET_TIMEOUT_MS: '700' };
  });
  afterEach(() => (proxy.fault = { kind: 'none', afterBytes: 0, times: 0 }));
  afterAll(() => proxy?.close());

  it('continues a body that breaks again and again, without losing or repeating a byte', async () => {
    proxy.fault = { kind: 'cut', afterBytes: 0.7 * MB, times: 100 };
    const before = proxy.broken;
    const got = await openStorage('s3://faults', env).get('x.bin');
    expect(Buffer.compare(got, bytes)).toBe(0);
    expect(proxy.broken - before).toBeGreaterThanOrEqual(4);
  });

  it('continues a body that stalls', async () => {
    proxy.fault = { kind: 'stall', afterBytes: 1.5 * MB, times: 2 };
    const got = await openStorage('s3://faults', env).get('x.bin');
    expect(Buffer.compare(got, bytes)).toBe(0);
    expect(proxy.fault.times).toBe(0);
  });

  it('continues a stream whose reader is slower than the timeout', async () => {
    const parts: Uint8Array[] = [];
    for await (const chunk of await openStorage('s3://faults', env).stream('x.bin', { start: 5 })) {
      if (parts.length === 3) await new Promise((resolve) => setTimeout(resolve, 1500));
      parts.push(chunk);
    }
    expect(Buffer.compare(Buffer.concat(parts), bytes.subarray(5))).toBe(0);
  });

  it('gives up with the place when the server does not come back', async () => {
    const own = await startFaultyProxy(s3?.endpoint ?? '');
    const stream = await openStorage('s3://faults', { ...env, AWS_ENDPOINT_URL: own.url }).stream('x.bin');
    const read = (async () => {
      for await (const chunk of stream) {
        if (chunk.length > 0) await own.close();
      }
    })();
    await expect(read).rejects.toMatchObject({ code: 'UNREACHABLE', url: 's3://faults/x.bin' });
  });

  it('refuses to join two versions of an object', async () => {
    const storage = openStorage('s3://faults', s3?.env);
    await storage.put('changing', bytes);
    proxy.fault = { kind: 'cut', afterBytes: MB, times: 1 };
    const read = (async () => {
      let rewritten = false;
      for await (const chunk of await openStorage('s3://faults', env).stream('changing')) {
        if (!rewritten && chunk.length > 0) {
          rewritten = true;
          await storage.put('changing', bytes.slice().reverse());
        }
      }
    })();
    await expect(read).rejects.toMatchObject({
      code: 'PRECONDITION',
      message: expect.stringContaining('rewritten'),
    });
  });

  it('knows its own write when the answer was lost and the retry is refused', async () => {
    const storage = openStorage('s3://faults', env);
    // The answer to the first PUT is cut off; the SDK sends it again and finds the object there.
    proxy.fault = { kind: 'cut', afterBytes: 1, times: 1 };
    await storage.put('lost-answer', 'mine', { ifNoneMatch: true });
    expect(proxy.fault.times).toBe(0);
    await expect(storage.put('lost-answer', 'mine', { ifNoneMatch: true })).rejects.toMatchObject({
      code: 'PRECONDITION',
    });
  });

  describe('a long write', () => {
    const source = {
      bytes: 3 * bytes.length,
      read: (begin: number, end: number) => Buffer.concat([bytes, bytes, bytes]).subarray(begin, end),
    };
    const o = { partBytes: 5 * MB, parallel: 2, patienceMs: 30_000 };

    it('goes on when the server was away', { timeout: 60_000 }, async () => {
      const retries: string[] = [];
      const parts: number[] = [];
      const write = openStorage('s3://faults', env).putRanges(
        'long.bin',
        {
          ...source,
          read(begin, end) {
            parts.push(begin);
            if (begin > 0 && !proxy.away) {
              proxy.away = true;
              setTimeout(() => (proxy.away = false), 3000);
            }
            return source.read(begin, end);
          },
        },
        { ...o, onRetry: ({ code }) => retries.push(code) },
      );
      await write;
      expect(retries).toContain('UNREACHABLE');
      // Nothing was read twice to be sent again.
      expect(parts).toEqual([0, 5 * MB, 10 * MB]);
      const got = await openStorage('s3://faults', s3?.env).get('long.bin');
      expect(Buffer.compare(got, source.read(0, source.bytes))).toBe(0);
    });

    it('gives up when it stays away, at once when it is aborted', { timeout: 60_000 }, async () => {
      const own = await startFaultyProxy(s3?.endpoint ?? '');
      own.away = true;
      const storage = openStorage('s3://faults', { ...env, AWS_ENDPOINT_URL: own.url });
      const began = performance.now();
      await expect(storage.putRanges('never', source, { ...o, patienceMs: 1500 })).rejects.toMatchObject({
        code: 'UNREACHABLE',
      });
      expect(performance.now() - began).toBeGreaterThan(1400);
      const stop = AbortSignal.timeout(500);
      const again = performance.now();
      await expect(storage.putRanges('never', source, { ...o, signal: stop })).rejects.toMatchObject({
        name: 'TimeoutError',
      });
      expect(performance.now() - again).toBeLessThan(5000);
      await own.close();
    });

    it('knows its own write when the last answer was lost', async () => {
      let sent = 0;
      const storage = openStorage('s3://faults', env);
      await storage.putRanges(
        'lost-end',
        {
          ...source,
          read(begin, end) {
            // The connection dies with its next answer, and that is the last one: the other parts have been sent.
            if (++sent === 3) setTimeout(() => (proxy.fault = { kind: 'cut', afterBytes: 1, times: 1 }), 0);
            return source.read(begin, end);
          },
        },
        { ...o, parallel: 1, ifNoneMatch: true },
      );
      expect(await openStorage('s3://faults', s3?.env).head('lost-end')).toMatchObject({
        size: source.bytes,
      });
    });
  });

  it.each(['get', 'head', 'put', 'list', 'delete'] as const)(
    '%s names a missing bucket and the command',
    async (op) => {
      const storage = openStorage('s3://no-such-bucket/folder', s3?.env);
      const call = {
        get: () => storage.get('k'),
        head: () => storage.head('k'),
        put: () => storage.put('k', 'x'),
        list: async () => {
          for await (const entry of storage.list('')) expect(entry).toBeUndefined();
        },
        delete: () => storage.delete('k'),
      }[op];
      await expect(call()).rejects.toMatchObject({
        code: 'NO_BUCKET',
        hint: `create it: aws --endpoint-url ${s3?.endpoint} s3 mb s3://no-such-bucket`,
      });
    },
  );

  it.each([{ AWS_ACCESS_KEY_ID: 'nobody' }, { AWS_SECRET_ACCESS_KEY: 'wrong' }])(
    'names wrong credentials %o',
    async (bad) => {
      const storage = openStorage('s3://faults', { ...s3?.env, ...bad });
      const expected = { code: 'BAD_CREDENTIALS', hint: expect.stringContaining('AWS_ACCESS_KEY_ID') };
      await expect(storage.get('x.bin')).rejects.toMatchObject(expected);
      await expect(storage.head('x.bin')).rejects.toMatchObject(expected);
      await expect(storage.put('y', 'x')).rejects.toMatchObject(expected);
      await expect(ensureBucket('s3://faults', { ...s3?.env, ...bad })).rejects.toMatchObject(expected);
    },
  );
});

describe('without a server', () => {
  const keys = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };

  it.each(['http://127.0.0.1:1', 'http://no-such-host.invalid:9000'])(
    '%s is UNREACHABLE',
    async (endpoint) => {
      const storage = openStorage('s3://bucket', { ...keys, AWS_ENDPOINT_URL: endpoint });
      await expect(storage.get('x')).rejects.toMatchObject({
        code: 'UNREACHABLE',
        url: 's3://bucket/x',
        hint: expect.stringContaining(endpoint),
      });
    },
  );

  it('a server that accepts and never answers is UNREACHABLE, not a hang', async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const storage = openStorage('s3://bucket', {
      ...keys,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      OVIS_S3_SOCKET_TIMEOUT_MS: '300',
    });
    await expect(storage.get('x')).rejects.toMatchObject({ code: 'UNREACHABLE' });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('a server out of space is DISK_FULL', async () => {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(507, { 'content-type': 'application/xml' });
      response.end('<Error><Code>XMinioStorageFull</Code><Message>Storage backend is full</Message></Error>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const storage = openStorage('s3://bucket', { ...keys, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` });
    await expect(storage.put('x', 'y')).rejects.toMatchObject({ code: 'DISK_FULL' });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});
