import { createServer } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { serveTrainer, trainerClient, type TrainerImplementation } from './index.ts';
import { idleTrainer } from '../test/idle-trainer.ts';

const impl: TrainerImplementation = {
  ...idleTrainer,
  getStatus: async () => ({ trainerId: 'secure' }),
};

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

describe('connection errors', () => {
  it('names an address that nobody serves, quickly, for unary calls and streams', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as { port: number };
    probe.close();
    const client = trainerClient(`127.0.0.1:${port}`);
    const begin = Date.now();
    for (const call of [client.getStatus(), drain(client.attach({}))]) {
      await expect(call).rejects.toMatchObject({
        name: 'RpcError',
        code: 'UNREACHABLE',
        message: expect.stringContaining(`127.0.0.1:${port}`),
        hint: expect.stringContaining('check that the process'),
      });
    }
    expect(Date.now() - begin).toBeLessThan(3_000);
    client.close();
  });

  it('gives up connecting to a listener that never answers', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as { port: number };
    const client = trainerClient(`127.0.0.1:${port}`, { deadlineMs: 300 });
    const expected = { code: 'UNREACHABLE', message: expect.stringContaining('no connection within 300 ms') };
    await expect(drain(client.attach({}))).rejects.toMatchObject(expected);
    await expect(client.getStatus()).rejects.toMatchObject(expected);
    client.close();
    silent.close();
  });

  it('names an unknown host', async () => {
    const client = trainerClient('no-such-host.invalid:1');
    await expect(client.getStatus()).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('no-such-host.invalid:1'),
    });
    client.close();
  });

  it('names a port in use, and a host that is not ours', async () => {
    const first = await serveTrainer(impl);
    await expect(serveTrainer(impl, { port: first.port })).rejects.toMatchObject({
      name: 'ListenError',
      code: 'PORT_IN_USE',
      message: `port ${first.port} is in use: cannot listen on ${first.address}`,
      hint: expect.stringContaining(`lsof -i :${first.port}`),
    });
    await first.close();
    const second = await serveTrainer(impl, { port: first.port });
    expect(second.port).toBe(first.port);
    await second.close();
    await expect(serveTrainer(impl, { host: '203.0.113.9' })).rejects.toMatchObject({ code: 'BAD_ADDRESS' });
  });
});
